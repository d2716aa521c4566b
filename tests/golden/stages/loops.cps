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
                                                (sequence (let [found []]
                                                  (loop loop_4
                                                  [seq_2 (ending-seq "for" (range n)) found_2 found]
                                                  (if seq_2
                                                  (let [i_4 (first seq_2)]
                                                  (if (odd? i_4)
                                                  (recur loop_4
                                                  (next seq_2)
                                                  (loop loop_5
                                                  [seq_3
                                                  (ending-seq "for" (range i_4))
                                                  found_3
                                                  found_2]
                                                  (if seq_3
                                                  (let [j (first seq_3)]
                                                  (recur loop_5
                                                  (next seq_3)
                                                  (conj found_3 (vector i_4 j))))
                                                  found_3)))
                                                  (recur loop_4 (next seq_2) found_2)))
                                                  found_2))))]
                                               (bind [done nil]
                                                  (bind-k [join_2
                                                  (k []
                                                  (continue k_2 (vector total draws nested pairs)))]
                                                  (enter loop_6
                                                  [seq_4 (seq draws) done_2 done]
                                                  (branch seq_4
                                                  (bind [d (first seq_4)]
                                                  (bind [value_2 (next seq_4)]
                                                  (observe :main/loop/observe#1
                                                  (flip 0.5)
                                                  d
                                                  (k []
                                                  (bind [value_3 nil]
                                                  (jump loop_6 value_2 value_3))))))
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
