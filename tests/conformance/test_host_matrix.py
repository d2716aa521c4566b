"""core.matrix, the statistics of anglican.runtime and anglican.stat, clojure.set and clojure.walk."""

from __future__ import annotations

from tests.conformance.host_cases import checking, parsed

MATRIX = r"""
(m/add [1 2] [3 4]) => [4 6]
(m/add [1 2] 1) => [2 3]
(m/add [[1 2] [3 4]] [10 20]) => [[11 22] [13 24]]
(m/sub [3 4] [1 1]) => [2 3]
(m/sub [1 2]) => [-1 -2]
(m/mul [1 2] [3 4]) => [3 8]
(m/mul 2 [[1 2]]) => [[2 4]]
(m/div [1 2] 2) => [1/2 1]
(m/scale [1 2] 3) => [3 6]
(m/negate [1 -2]) => [-1 2]
(m/square [2 3]) => [4 9]
(m/sqrt [4 9]) => [2.0 3.0]
(m/exp [0]) => [1.0]
(m/log [1]) => [0.0]
(m/pow [2 3] 2) => [4.0 9.0]
(m/abs [-1 2]) => [1 2]
(m/logistic [0]) => [0.5]
(m/mmul [[1 2] [3 4]] [[0 1] [1 0]]) => [[2.0 1.0] [4.0 3.0]]
(m/mmul [[1 2] [3 4]] [1 1]) => [3.0 7.0]
(m/mmul [1 1] [[1 2] [3 4]]) => [4.0 6.0]
(m/mmul [1 2] [3 4]) => 11.0
(m/mmul [[2]] 3) => [[6.0]]
(m/dot [1 2] [3 4]) => 11.0
(m/outer-product [1 2] [3 4]) => [[3.0 4.0] [6.0 8.0]]
(m/transpose [[1 2] [3 4]]) => [[1 3] [2 4]]
(m/inverse [[2 0] [0 4]]) => [[0.5 0.0] [0.0 0.25]]
(m/inverse [[1 1] [1 1]]) => nil
(m/det [[2 0] [0 4]]) => 8.0
(m/trace [[1 2] [3 4]]) => 5.0
(m/diagonal [[1 2] [3 4]]) => [1 4]
(m/identity-matrix 2) => [[1.0 0.0] [0.0 1.0]]
(m/zero-vector 2) => [0.0 0.0]
(m/zero-matrix 1 2) => [[0.0 0.0]]
(m/shape [[1 2 3] [4 5 6]]) => [2 3]
(m/row-count [[1 2 3] [4 5 6]]) => 2
(m/column-count [[1 2 3] [4 5 6]]) => 3
(m/dimensionality [[1]]) => 2
(m/ecount [[1 2] [3 4]]) => 4
(m/esum [[1 2] [3 4]]) => 10
(m/emax [1 3 2]) => 3
(m/mget [[1 2] [3 4]] 1 0) => 3
(m/mset [[1 2] [3 4]] 1 0 9) => [[1 2] [9 4]]
(m/get-row [[1 2] [3 4]] 1) => [3 4]
(m/get-column [[1 2] [3 4]] 1) => [2 4]
(m/slice [[1 2] [3 4]] 0) => [1 2]
(m/slices [[1 2] [3 4]]) => ([1 2] [3 4])
(m/columns [[1 2] [3 4]]) => ([1 3] [2 4])
(m/select [[1 2] [3 4]] :all 1) => [2 4]
(m/select [[1 2] [3 4]] [0] [1 0]) => [[2 1]]
(m/submatrix [[1 2 3] [4 5 6] [7 8 9]] 1 2 0 2) => [[4 5] [7 8]]
(m/reshape [1 2 3 4] [2 2]) => [[1 2] [3 4]]
(m/to-vector [[1 2] [3 4]]) => [1 2 3 4]
(m/eseq [[1 2] [3 4]]) => (1 2 3 4)
(m/matrix '((1 2) (3 4))) => [[1 2] [3 4]]
(m/join [[1 2]] [[3 4]]) => [[1 2] [3 4]]
(m/join-along 1 [[1] [2]] [[3] [4]]) => [[1 3] [2 4]]
(m/emap inc [[1 2] [3 4]]) => [[2 3] [4 5]]
(m/emap + [1 2] [3 4]) => [4 6]
(m/ereduce + [[1 2] [3 4]]) => 10
(m/diagonal-matrix [1 2]) => [[1 0.0] [0.0 2]]
(m/magnitude [3 4]) => 5.0
(m/distance [0 0] [3 4]) => 5.0
(m/normalise [3 4]) => [0.6 0.8]
(m/length-squared [3 4]) => 25.0
(lin/norm [3 4]) => 5.0
(lin/solve [[2 0] [0 4]] [2 4]) => [1.0 1.0]
(:L (lin/cholesky [[4 2] [2 5]])) => [[2.0 0.0] [1.0 2.0]]
(m/set-current-implementation :vectorz) => nil
(m/equals [1 2] [1.0 2.0]) => true
(m/matrix? [[1]]) => true
(m/square? [[1 2]]) => false
(m/compute-matrix [2 2] (fn [i j] (+ i j))) => [[0 1] [1 2]]
(m/column-matrix [1 2]) => [[1] [2]]
"""

STATISTICS = r"""
(sum [1 2 3]) => 6
(mean [1 2 4]) => 7/3
(variance [1 2 3]) => 2/3
(mean [[1 2] [3 4]] 1) => [3/2 7/2]
(std [1 1]) => 0.0
(cov (fn [a b] (* a b)) [1 2] [3 4]) => [[3 4] [6 8]]
(log-sum-exp 0.0 0.0) => 0.6931471805599453
(erf 0) => 0.0
(signum -2) => -1.0
; weighted values
(empirical-distribution [[:a 0.0] [:b 0.0]]) => {:a 0.5, :b 0.5}
(empirical-distribution [[:a 0.0] [:b 0.0] [:a 0.0] [:a 0.0]]) => {:a 0.75, :b 0.25}
(empirical-mean [[1 0.0] [3 0.0]]) => 2.0
(empirical-mean {1 0.0 3 0.0}) => 2.0
(empirical-mean [[[1 2] 0.0] [[3 4] 0.0]]) => [2.0 3.0]
(empirical-mean [[1 0.0] [nil Double/NEGATIVE_INFINITY]]) => 1.0
(empirical-variance [[1 0.0] [3 0.0]]) => 1.0
(empirical-std [[1 0.0] [3 0.0]]) => 1.0
(empirical-moment 2 [[1 0.0] [3 0.0]]) => 5.0
(empirical-expectation inc [[1 0.0] [3 0.0]]) => 3.0
(empirical-skew [[1 0.0] [3 0.0]]) => 0.0
(empirical-kurtosis [[1 0.0] [3 0.0]]) => 1.0
(empirical-covariance [[[1 0] 0.0] [[3 4] 0.0]]) => [[1.0 2.0] [2.0 4.0]]
(empirical-quantile 0.5 [[1 0.0] [2 0.0] [3 0.0]]) => 2
(meansd [[1 0.0] [3 0.0]]) => [2.0 1.0]
(collect-by :result [{:result 1 :log-weight 0.0} {:result 1 :log-weight 0.0}]) => {1 0.0}
(collect-results [{:result :a :log-weight 0.0}]) => {:a 0.0}
(collect-predicts :x [{:predicts [[:x 1] [:x 2]] :log-weight 0.0}]) => {2 0.0}
(get-predicts {:predicts [[:x 1] [:y 2]]}) => {:x 1, :y 2}
(get-result {:result 3}) => 3
(get-log-weight {:log-weight -1.0}) => -1.0
(log-marginal [{:log-weight 0.0} {:log-weight 0.0}]) => 0.0
(drop-invalid [{:log-weight 0.0} {:log-weight Double/NEGATIVE_INFINITY}]) => ({:log-weight 0.0})
(KL {:a 0.5 :b 0.5} {:a 0.5 :b 0.5}) => 0.0
(kl-normal 0 1 1 1) => 0.5
(L2 {:a 1.0} {:a 1.0}) => 0.0
(KS [1 2 3] [1 2 3]) => 0.0
(freqs [:a :a :b :b]) => {:a 0.5, :b 0.5}
"""

SETS = r"""
(set/union #{1} #{2}) => #{1 2}
(set/intersection #{1 2} #{2 3}) => #{2}
(set/difference #{1 2} #{2}) => #{1}
(set/subset? #{1} #{1 2}) => true
(set/superset? #{1 2} #{1}) => true
(set/select odd? #{1 2 3}) => #{1 3}
(set/map-invert {:a 1}) => {1 :a}
(set/rename-keys {:a 1 :b 2} {:a :c}) => {:b 2, :c 1}
(set/project #{{:a 1 :b 2}} [:a]) => #{{:a 1}}
(set/index #{{:a 1 :b 2}} [:a]) => {{:a 1} #{{:a 1, :b 2}}}
(set/join #{{:a 1 :b 2}} #{{:b 2 :c 3}}) => #{{:a 1, :b 2, :c 3}}
(walk/postwalk (fn [x] (if (number? x) (inc x) x)) [1 {:a 2} '(3)]) => [2 {:a 3} (4)]
(walk/prewalk (fn [x] (if (number? x) (inc x) x)) [1 [2]]) => [2 [3]]
(walk/postwalk-replace {:a 1} [:a [:b :a]]) => [1 [:b 1]]
(walk/keywordize-keys {"a" {"b" 1}}) => {:a {:b 1}}
(walk/stringify-keys {:a 1}) => {"a" 1}
(walk/walk inc (fn [x] (apply + x)) [1 2]) => 5
(clojure.data/diff {:a 1 :b 2} {:a 1 :b 3}) => [{:b 2} {:b 3} {:a 1}]
"""

test_matrix = checking(MATRIX)
test_statistics = checking(STATISTICS)
test_sets = checking(SETS)


def test_there_are_many_cases() -> None:
    assert sum(len(parsed(text)) for text in (MATRIX, STATISTICS, SETS)) >= 120
