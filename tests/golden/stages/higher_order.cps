(continue k (fn [x] (* x x)))

(continue k (fm [k_2 x_2] (sample :noisy/sample#1 (uniform-discrete x_2 (+ x_2 2)) k_2)))

(continue k
          (query main [k_3 xs]
            (bind [plain (map square xs)]
                  (invoke map
                          noisy
                          xs
                          (k [drawn]
                             (bind [keyed (map :a [{:a 1} {:a 2}])]
                                   (sample :main/chosen/sample#1
                                           (flip 0.5)
                                           (k [value_5]
                                              (bind-k [join_2
                                                  (k [chosen]
                                                  (invoke comp
                                                  chosen
                                                  chosen
                                                  (k [twice]
                                                  (invoke twice
                                                  2
                                                  (k [value_2]
                                                  (invoke reduce
                                                  (fm [k_4 sum x_3]
                                                  (invoke noisy
                                                  x_3
                                                  (k [value_4] (continue k_4 (+ sum value_4)))))
                                                  0
                                                  xs
                                                  (k [value_3]
                                                  (continue k_3
                                                  (vector plain
                                                  drawn
                                                  keyed
                                                  value_2
                                                  value_3)))))))))]
                                                  (branch value_5
                                                  (continue join_2 square)
                                                  (continue join_2 noisy)))))))))))
