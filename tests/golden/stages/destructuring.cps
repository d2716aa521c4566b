(continue k
          (fm [k_2 & args]
            (bind [count_2 (count args)]
                  (branch (= count_2 1)
                          (continue k_2
                                    (let [vec_2 args]
                                      (let [map (nth vec_2 0 nil)]
                                        (let [low (get map :low)]
                                          (let [high (get map :high 1)] (- high low))))))
                          (branch (>= count_2 1)
                                  (bind [vec_3 args]
                                        (bind [bounds (nth vec_3 0 nil)]
                                              (bind [more (nthnext vec_3 1)]
                                                  (invoke width_2
                                                  bounds
                                                  (k [value_2]
                                                  (continue k_2 (+ value_2 (count more))))))))
                                  (continue k_2 (wrong-arity "width" count_2)))))))

(continue k
          (query main [k_3 value_4]
            (bind [vec_4 value_4]
                  (bind [vec_5 (nth vec_4 0 nil)]
                        (bind [x (nth vec_5 0 nil)]
                              (bind [others (nthnext vec_5 1)]
                                    (bind [map_2 (nth vec_4 1 nil)]
                                          (bind [low_2 (get map_2 :low)]
                                                (bind [high_2 (get map_2 :high)]
                                                  (bind [bounds_2 map_2]
                                                  (bind [vec_6 others]
                                                  (bind [a (nth vec_6 0 nil)]
                                                  (bind [b (nth vec_6 1 nil)]
                                                  (bind [map_3 bounds_2]
                                                  (bind [step (get map_3 :step 1)]
                                                  (sample :main/d/sample#1
                                                  (uniform-discrete low_2 high_2)
                                                  (k [d]
                                                  (invoke width
                                                  bounds_2
                                                  (k [value_6]
                                                  (invoke width
                                                  bounds_2
                                                  1
                                                  2
                                                  (k [value_7]
                                                  (bind [value_5 (vector value_6 value_7)]
                                                  (predict :width
                                                  value_5
                                                  (continue k_3
                                                  (vector x a b step d)))))))))))))))))))))))))
