(continue k
          (query main [k_2 value_2]
            (bind [vec_2 value_2]
                  (bind [a (nth vec_2 0 nil)]
                        (bind [b (nth vec_2 1 nil)]
                              (sample :main/r/sample#1
                                      (uniform-continuous 0 1)
                                      (k [r]
                                         (observe :main/observe#1
                                                  (flip r)
                                                  a
                                                  (k []
                                                  (observe :main/observe#2
                                                  (flip r)
                                                  b
                                                  (k [] (continue k_2 r))))))))))))
