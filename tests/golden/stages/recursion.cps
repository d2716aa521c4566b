(continue k
          (fm [k_2 p]
            (sample :failures/sample#1
                    (flip p)
                    (k [value_3]
                       (branch value_3
                               (continue k_2 0)
                               (invoke failures_2 p (k [value_2] (continue k_2 (inc value_2)))))))))

(continue k
          (fm [k_3 n]
            (branch (< n 2)
                    (continue k_3 1)
                    (invoke factorial_2 (dec n) (k [value_4] (continue k_3 (* n value_4)))))))

(continue k (fm [k_4 n_2] (branch (= n_2 0) (continue k_4 :even) (invoke odd-steps (dec n_2) k_4))))

(continue k (fm [k_5 n_3] (branch (= n_3 0) (continue k_5 :odd) (invoke even-steps (dec n_3) k_5))))

(continue k
          (query main [k_6 p_2]
            (invoke failures
                    p_2
                    (k [n_4]
                       (observe :main/observe#1
                                (normal n_4 1)
                                2
                                (k []
                                   (invoke factorial
                                           n_4
                                           (k [value_5]
                                              (invoke even-steps
                                                  n_4
                                                  (k [value_6]
                                                  (continue k_6
                                                  (vector n_4 value_5 value_6))))))))))))
