"""A program whose network has a part of every kind: all proposal families, all embedders."""

from __future__ import annotations

from anglipy.api import loads

__all__ = ["PROGRAM"]

PROGRAM = loads("""
(defn drawn [] [(if (sample* (flip 0.5)) "ab" "cde") nil])

(def embedders {"set" :set, "each" :iid})

(def unit (mapv (fn [i] (mapv (fn [j] (if (= i j) 1 0)) (range 8))) (range 8)))

(defquery everything [text y]
  (let [kind (sample "categorical" (discrete [3 2 1]))
        place (sample "normal" (normal 0 1))
        scale (sample "positive" (gamma 2 1))
        share (sample "beta" (beta 2 3))
        tail (sample "heavy" (student-t 3))
        low (sample "interval" (uniform-continuous 0 1))
        angle (sample "circle" (von-mises 0 1))
        count (sample "integers" (poisson 3))
        point (sample "mvn" (mvn [0 0] [[1 0.3] [0.3 1]]))
        shares (sample "dirichlet" (dirichlet [1 2 3]))
        counts (sample "multinomial" (multinomial 5 [0.2 0.3 0.5]))
        form (sample "wishart" (wishart 4 [[1 0] [0 1]]))
        together (sample "correlation" (lkj 3 1.5))
        pair (sample "product" (product [(normal 0 1) (flip 0.3)]))
        itself (sample "prior" (dirac 1))
        table (sample "table" (uniform-discrete 0 (+ 2 count)))
        rare (if (> count 5) (sample "rare" (gamma 2 1)) 1)
        size (if (zero? kind) 2 3)
        more (mapv (fn [i] (sample "loop" (normal place 1))) (range size))]
    (observe "number" (normal (+ place (first more) low angle) (+ 0.1 scale)) y)
    (observe "vector" (mvn point [[1 0] [0 1]]) nil)
    (observe "choice" (categorical [["a" share] ["b" 1]]) nil)
    (observe "sequence" (iid (normal place 1) size) nil)
    (observe "set" (iid (normal tail 1) size) nil)
    (observe "image" (wishart (+ 8 size) unit) nil)
    (dotimes [i size] (observe "each" (normal share 1) nil))
    place))
""")
