(continue k
          (query main [k_2 value_2]
            (bind [vec_2 value_2]
                  (bind [x (nth vec_2 0 nil)]
                        (bind [y (nth vec_2 1 nil)]
                              (bind-k [join_5
                                       (k [a]
                                          (bind [case_2 x]
                                                (bind-k [join_4
                                                  (k [b]
                                                  (bind [or_3 y]
                                                  (bind-k [join_3
                                                  (k [c]
                                                  (sample :main/d/sample#1
                                                  (discrete [1 1])
                                                  (k [test]
                                                  (bind [d (if test (let [z test] (inc z)) nil)]
                                                  (bind-k [join_2
                                                  (k []
                                                  (continue k_2
                                                  (vector a b c d (if y y (* (inc x) 2)))))]
                                                  (branch (= b :two)
                                                  (observe :main/observe#1 (flip 0.1) true join_2)
                                                  (continue join_2 nil)))))))]
                                                  (branch or_3
                                                  (continue join_3 or_3)
                                                  (sample :main/c/sample#1
                                                  (flip 0.5)
                                                  (k [and_2]
                                                  (continue join_3 (if and_2 (not y) and_2))))))))]
                                                  (branch (= case_2 1)
                                                  (continue join_4 :one)
                                                  (branch (let [or_2 (= case_2 2)]
                                                  (if or_2 or_2 (= case_2 3)))
                                                  (sample :main/b/sample#1
                                                  (flip 0.5)
                                                  (k [value_3]
                                                  (branch value_3
                                                  (continue join_4 :two)
                                                  (continue join_4 :three))))
                                                  (continue join_4 :other))))))]
                                      (branch (< x 1)
                                              (continue join_5 :small)
                                              (branch (< x 3)
                                                  (sample :main/a/sample#1
                                                  (uniform-discrete 0 10)
                                                  join_5)
                                                  (continue join_5 :large)))))))))
