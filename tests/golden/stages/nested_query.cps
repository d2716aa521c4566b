(continue k
          (query main [k_3 value_2]
            (bind [vec_2 value_2]
                  (bind [class_2 (nth vec_2 0 nil)]
                        (bind [state_2 (nth vec_2 1 nil)]
                              (sample :main/list/sample#1
                                      (normal class_2 1)
                                      (k [list]
                                         (bind [k_2
                                                (query inner [k_5 value_3]
                                                  (bind [vec_3 value_3]
                                                  (bind [frame_2 (nth vec_3 0 nil)]
                                                  (sample ::inner-site
                                                  (normal (+ frame_2 list) 1)
                                                  k_5))))]
                                               (bind [first_2
                                                  (fm [k_4 value_4]
                                                  (predict value
                                                  value_4
                                                  (continue k_4 (vector value_4 state_2))))]
                                                  (observe :last
                                                  (normal list 2)
                                                  state_2
                                                  (k []
                                                  (invoke first_2
                                                  list
                                                  (k [value_5]
                                                  (continue k_3
                                                  (vector value_5 (str k_2))))))))))))))))
