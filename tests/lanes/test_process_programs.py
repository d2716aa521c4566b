"""Programs with random processes, compound and user-defined distributions in lockstep against the
scalar path: by exact enumeration, and those with continuous choices by what they observe.
"""

from __future__ import annotations

import pytest

from anglipy.api import loads
from tests.lanes.enumeration import assert_same

PROGRAMS = {
    "restaurant": """
      (loop [i 0 p (CRP 1.5) out []]
        (if (= i 4) out
          (let [k (sample (produce p))] (recur (inc i) (absorb p k) (conj out k)))))""",
    "observed restaurant": """
      (let [k (sample (produce (CRP 1.0))) p (absorb (CRP 1.0) (sample (discrete [1 2])))]
        (observe (produce p) 0)
        (observe (produce (absorb p 7)) (+ k (sample (discrete [1 1])))))""",
    "restaurant of a sampled concentration": """
      (let [p (CRP (if (sample (flip 0.3)) 1.0 4))] (:counts (absorb p (sample (produce p)))))""",
    "Dirichlet process": """
      (loop [i 0 p (DP 0.5 (categorical {:a 1 :b 2 [1 2] 1})) out []]
        (if (= i 3) out
          (let [k (sample (produce p))] (recur (inc i) (absorb p k) (conj out k)))))""",
    "urn": """
      (loop [i 0 p (dirichlet-discrete [1 (sample (uniform-discrete 1 3)) 2]) out []]
        (if (= i 2) out
          (let [k (sample (produce p))] (recur (inc i) (absorb p k) (conj out k)))))""",
    "Gaussian process": """
      (let [s (sample (uniform-discrete 1 3))
            gp (GP (fn [x] 0.0) (fn [x y] (if (= x y) (+ s 0.5) (/ 1.0 s))))]
        (observe ((produce gp) 1) 0.5)
        (let [gp (absorb gp [1 s])] (observe ((produce gp) 2) 0.25) s))""",
    "conjugate normals": """
      (let [s (sample (uniform-discrete 1 3)) p (mvn-niw [0 s] 1 3 [[1 0] [0 s]])]
        (observe (produce p) [1 1])
        (observe (produce (absorb p [s 1])) [s 2]) s)""",
    "linear system": """
      (let [s (sample (uniform-discrete 1 3))
            p (LDS [s] [[1]] [[1] [2]] [[1 0] [0 s]] [[0.5]] [[1]])]
        (observe (produce p) [1 1])
        (observe (produce (absorb p [s 1])) [s 2]) s)""",
    "processes of several kinds": """
      (let [p (if (sample (flip 0.5)) (CRP 1.0) (dirichlet-discrete [1 2]))]
        [(sample (produce p)) (sample (produce (absorb p 1)))])""",
    "mixture": """
      (let [w (sample (uniform-discrete 1 4))]
        (sample (mixture [w 2] [(discrete [1 w]) (uniform-discrete 1 4)])))""",
    "product": "(sample (product [(flip 0.3) (discrete [1 2 (sample (uniform-discrete 0 2))])]))",
    "iid": "(sample (iid (flip (/ (sample (uniform-discrete 1 4)) 4)) 2))",
    "lengths that differ": "(sample (iid (flip 0.25) (sample (uniform-discrete 0 3))))",
    "truncated": """
      (let [n (sample (uniform-discrete 1 3))]
        [(sample (truncated (poisson n) 1 3)) (sample (truncated (binomial 4 0.5) n nil))])""",
    "multinomial": """
      (let [w (sample (uniform-discrete 1 3))]
        (observe (multinomial 3 [1 w 2]) [w 2 (- 1 w)])
        w)""",
    "offsets": "(sample (discrete-min-max 3 6 [1 (sample (uniform-discrete 0 3)) 2]))",
    "tags": "(let [p (sample (discrete [1 1]))] (get-tag (tag [p :x] (flip 0.5))))",
}

DEFINED = """
(defdist loaded [n] (sample* [this] (+ n (sample* (discrete [1 1]))))
                    (observe* [this v] (observe* (discrete [1 1]) (- v n))))
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_lockstep_is_exact(name: str) -> None:
    program = loads(f"(defquery q {PROGRAMS[name]})")
    assert_same(program.q.query)


@pytest.mark.parametrize("samples", [20, 600])
def test_user_distributions_with_parameters_that_differ(samples: int) -> None:
    """Few and many; also where a branch chose between two of them."""
    program = loads(
        DEFINED + "(defquery q (let [n (sample (uniform-discrete 0 4)) d (loaded n)"
        "  x (sample (if (> n 1) d (loaded 9)))] (observe d (+ n 1)) [n x]))"
    )
    posterior = program.q.infer("importance", samples=samples, seed=1)
    assert posterior.log_evidence == pytest.approx(-0.6931471805599453)
    for value in posterior.values:
        n, x = value
        assert x - (n if n > 1 else 9) in (0, 1)
    assert len({x for n, x in posterior.values if n <= 1}) == 2
