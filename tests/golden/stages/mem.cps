(continue k
          (query main [k_2 ids]
            (bind [colour
                   (mem (fm [k_4 id]
                          (sample :main/colour/fn/sample#1
                                  (categorical {:red 1, :green 1, :blue 2})
                                  k_4)))]
                  (bind [fib_3
                         (mem-recursive (fn [fib]
                                          (fm [k_3 n]
                                            (branch (< n 2)
                                                  (continue k_3 n)
                                                  (invoke fib
                                                  (- n 1)
                                                  (k [value_4]
                                                  (invoke fib
                                                  (- n 2)
                                                  (k [value_5]
                                                  (continue k_3 (+ value_4 value_5))))))))))]
                        (invoke map
                                colour
                                ids
                                (k [value_2]
                                   (invoke fib_3
                                           20
                                           (k [value_3]
                                              (continue k_2 (vector value_2 value_3))))))))))
