;; gorilla-repl.fileformat = 1

;; **
;;; # Monty Hall, and other puzzles
;;;
;;; A car is behind one of three doors. You choose one; the host, who knows, opens another, which
;;; has a goat behind it. Should you change your mind?
;; **

;; @@
(ns monty-hall
  (:require [gorilla-plot.core :as plot]
            [anglican.stat :refer :all])
  (:use [anglican core emit runtime]))

(def doors #{:a :b :c})

(defn without
  "the doors that are none of these"
  [& these]
  (vec (sort (apply disj doors these))))

(defn uniform [xs] (categorical (map (fn [x] [x 1]) xs)))
;; @@

;; @@
(with-primitive-procedures [without uniform]
  (defquery monty-hall [strategy opened]
    (let [car (sample (uniform (vec (sort doors))))
          choice :a]
      ;; the host never opens the door of the car, nor the one that was chosen
      (observe (uniform (without choice car)) opened)
      (let [final (case strategy
                    :stay choice
                    :switch (first (without choice opened)))]
        (= final car)))))

(defn chance-of-winning [strategy]
  (let [states (take 20000 (doquery :importance monty-hall [strategy :b]))]
    (-> states collect-results empirical-distribution (get true))))

(def chances (zipmap [:stay :switch] (map chance-of-winning [:stay :switch])))

(println chances)
;; @@

;; **
;;; If the host opened a door without knowing, and was lucky, it makes no difference.
;; **

;; @@
(with-primitive-procedures [without uniform]
  (defquery ignorant-host []
    (let [car (sample (uniform [:a :b :c]))
          opened (sample (uniform (without :a)))]
      (observe (flip (if (= opened car) 0.0 1.0)) true)
      (= car :a))))

(def stay-with-ignorant-host
  (-> (doquery :importance ignorant-host nil)
      (->> (take 20000))
      collect-results
      empirical-distribution
      (get true)))
;; @@

;; **
;;; ## Three cards
;;;
;;; One is black on both sides, one white, one has both. You see a black side: what colour is the
;;; other?
;; **

;; @@
(def cards [[:black :black] [:white :white] [:black :white]])

(defquery three-cards []
  (let [card (sample (categorical (map vector cards (repeat 3 1))))
        up (sample (uniform-discrete 0 2))
        seen (nth card up)
        hidden (nth card (- 1 up))]
    (observe (categorical {seen 1}) :black)
    hidden))

(def other-side
  (empirical-distribution (collect-results (take 20000 (doquery :importance three-cards [])))))
(println "the other side is black:" (:black other-side))
;; @@

;; **
;;; ## Boys and girls
;;;
;;; A family has two children, one of them is a boy who was born on a Tuesday.
;; **

;; @@
(defn tuesday-boy? [child] (= child [:boy 2]))

(with-primitive-procedures [tuesday-boy?]
  (defquery two-children []
    (let [child (fn [] [(if (sample (flip 0.5)) :boy :girl) (sample (uniform-discrete 0 7))])
          children (repeatedly 2 child)]
      (observe (flip (if (some tuesday-boy? children) 1 0)) true)
      (every? (fn [[sex _]] (= sex :boy)) children))))

(def both-boys
  (get (empirical-distribution
         (collect-results (take 20000 (doquery :importance two-children nil))))
       true))

(println "both are boys:" both-boys "exact:" (double 13/27))
;; @@
