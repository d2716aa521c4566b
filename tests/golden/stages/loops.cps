(continue k
          (query main [k_2 n]
            (bind [total (loop loop [i 0 sum 0] (if (< i n) (recur loop (inc i) (+ sum i)) sum))]
                  (bind-k [join_3
                           (k [draws]
                              (invoke (fm [k_3 i_3]
                                        (branch (< i_3 2)
                                                (invoke loop_3
                                                  (inc i_3)
                                                  (k [value_4] (continue k_3 (cons i_3 value_4))))
                                                (continue k_3 nil)))
                                      0
                                      (k [nested]
                                         (bind [pairs
                                                (for-some false
                                                  (fn [item]
                                                  (let [i_4 item]
                                                  (if (odd? i_4)
                                                  (for-all (fn [item_2]
                                                  (let [j item_2] (vector i_4 j)))
                                                  (range i_4))
                                                  [])))
                                                  (range n))]
                                               (bind [done nil]
                                                  (bind-k [join_2
                                                  (k []
                                                  (continue k_2 (vector total draws nested pairs)))]
                                                  (enter loop_4
                                                  [seq_2 (seq draws) done_2 done]
                                                  (branch seq_2
                                                  (bind [d (first seq_2)]
                                                  (bind [value_2 (next seq_2)]
                                                  (observe :main/loop/observe#1
                                                  (flip 0.5)
                                                  d
                                                  (k []
                                                  (bind [value_3 nil]
                                                  (jump loop_4 value_2 value_3))))))
                                                  (continue join_2 done_2)))))))))]
                          (enter loop_2
                                 [i_2 0 seen []]
                                 (branch (< i_2 n)
                                         (bind [value_5 (inc i_2)]
                                               (sample :main/draws/loop/sample#1
                                                  (flip 0.5)
                                                  (k [value_7]
                                                  (bind [value_6 (conj seen value_7)]
                                                  (jump loop_2 value_5 value_6)))))
                                         (continue join_3 seen)))))))
