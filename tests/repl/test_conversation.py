"""What a session answers: values, errors, commands; no terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from anglipy.api import Session
from anglipy.diagnostics import Incomplete
from anglipy.repl.session import Conversation


@pytest.fixture
def conversation() -> Conversation:
    return Conversation(Session())


def told(conversation: Conversation, text: str) -> list[str | None]:
    """The printed values of the forms of a text, none of which may be wrong."""
    answers = list(conversation.answers(text))
    assert not [answer.messages for answer in answers if answer.is_error]
    return [answer.text for answer in answers]


def wrong(conversation: Conversation, text: str) -> str:
    """The message of the only form of a text."""
    (answer,) = conversation.answers(text)
    assert answer.is_error
    assert answer.text is None
    return answer.messages[0].message


# --- values ---


def test_every_form_has_an_answer(conversation: Conversation) -> None:
    assert told(conversation, "(+ 1 2) :a ; and\n\n nil") == ["3", ":a", "nil"]


def test_a_form_of_several_parts_has_one_answer(conversation: Conversation) -> None:
    assert told(conversation, "(do (def a 1) (def b 2) (+ a b))") == ["3"]


def test_an_unfinished_form_is_no_error_yet(conversation: Conversation) -> None:
    with pytest.raises(Incomplete):
        list(conversation.answers("(+ 1"))


def test_the_last_values_have_names(conversation: Conversation) -> None:
    assert told(conversation, "1 2 3 [*1 *2 *3]") == ["1", "2", "3", "[3 2 1]"]
    assert told(conversation, "*1") == ["[3 2 1]"]


def test_the_last_error_has_a_name(conversation: Conversation) -> None:
    wrong(conversation, "(foo)")
    (text,) = told(conversation, "*e")
    assert text is not None
    assert "`foo` is not defined" in text


def test_endless_sequences_are_shown_with_a_limit(conversation: Conversation) -> None:
    (text,) = told(conversation, "(iterate inc 0)")
    assert text is not None
    assert text.endswith(" 98 99 ...)")
    assert told(conversation, "{:a [(range)]}")[0] == "{:a [" + text + "]}"


def test_what_is_defined_is_shown_in_a_line(conversation: Conversation) -> None:
    short, long = told(conversation, "(def a [1 2]) (def naturals (range))")
    assert short == "[1 2]"
    assert long is not None
    assert long.startswith("(0 1 2 3")
    assert long.endswith(" ...")
    assert len(long) < 100


# --- errors ---


@pytest.mark.parametrize(
    "text",
    ["(nonsense 1)", "(+ 1 :a)", ")", "(let [x] x)", "(def x (sample (normal 0 1)))", '"\\q"'],
)
def test_after_an_error_all_is_as_before(conversation: Conversation, text: str) -> None:
    told(conversation, "(def x 41)")
    before = set(conversation.evaluation.namespace.bindings)
    wrong(conversation, text)
    assert set(conversation.evaluation.namespace.bindings) == before
    assert told(conversation, "(inc x)") == ["42"]


def test_a_definition_that_fails_leaves_no_name(conversation: Conversation) -> None:
    wrong(conversation, "(def y (foo))")
    assert wrong(conversation, "y") == "`y` is not defined"


def test_the_forms_after_an_error_are_evaluated(conversation: Conversation) -> None:
    first, second, third = conversation.answers("1 (foo) 3")
    assert (first.text, second.is_error, third.text) == ("1", True, "3")


def test_errors_name_the_input(conversation: Conversation) -> None:
    told(conversation, "1")
    (answer,) = conversation.answers("(foo)")
    span = answer.messages[0].span
    assert span is not None
    assert str(span) == "<repl 2>:1:2"


# --- definitions that change ---


def test_callers_follow_a_function_that_begins_to_draw(conversation: Conversation) -> None:
    told(conversation, "(defn f [] 1.0) (defn g [] (+ 1 (f))) (defn h [] (g)) (defquery q [] (h))")
    told(conversation, "(defn f [] (sample (dirac 41)))")
    for options in ("", ":scalar true"):
        told(conversation, f"(infer q [] :importance :samples 10 {options})")
        assert conversation.evaluation.namespace.value_of("*1").values[0] == 42


def test_groups_of_particles_see_a_new_definition(conversation: Conversation) -> None:
    told(conversation, "(defn f [] 1) (defquery q [] (f)) (infer q [])")
    told(conversation, "(defn f [] 2)")
    told(conversation, "(infer q [])")
    assert conversation.evaluation.namespace.value_of("*1").values[0] == 2


def test_a_program_may_take_the_names_of_the_session(conversation: Conversation) -> None:
    told(conversation, "(defn plot [x] (* 2 x)) (defn doc [x] x)")
    assert told(conversation, "(plot 21) (doc 1)") == ["42", "1"]


# --- inference ---


def test_a_posterior_is_a_table(conversation: Conversation) -> None:
    query = "(defquery q [y] (let [x (sample (normal 0 1))] (observe (normal x 1) y) x))"
    told(conversation, query)
    (text,) = told(conversation, "(infer q [1] :smc :particles 500 :seed 1)")
    lines = (text or "").splitlines()
    assert lines[0] == "q by smc"
    assert lines[1].startswith("500 draws, ess ")
    assert lines[3].split() == ["mean", "sd", "2.5%", "50%", "97.5%"]
    assert lines[4].split()[0] == "result"
    assert conversation.evaluation.namespace.value_of("*1").draws == 500


def test_values_that_are_few_have_probabilities(conversation: Conversation) -> None:
    told(conversation, "(defquery q [] (if (sample (flip 0.25)) :yes :no))")
    (text,) = told(conversation, "(infer q [] :enumerate)")
    assert "  :no   0.7500  " in (text or "")
    assert "  :yes  0.2500  " in (text or "")


def test_inference_with_the_algorithm_first_is_that_of_anglican(conversation: Conversation) -> None:
    told(conversation, "(defquery q [] (sample (dirac 3)))")
    assert told(conversation, "(map :result (take 2 (infer :importance q [])))") == ["(3 3)"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("(infer 3)", "infer: the first argument is a query, got the number 3"),
        ("(infer q [] :smk)", "there is no algorithm `smk`"),
        ("(infer q [] :smc :particls 3)", "the algorithm `smc` has no option `particls`"),
        ("(infer q [] :ic)", "the algorithm `ic` needs an artifact"),
        ("(infer q [] :smc 3 4)", "an option is named by a keyword, got the number 3"),
        ("(plot 3)", "expected a posterior, got the number 3"),
        ('(load "nowhere.aq")', "there is no file nowhere.aq"),
        ("(reload)", "reload: nothing was loaded yet"),
    ],
)
def test_wrong_calls_say_so(conversation: Conversation, call: str, message: str) -> None:
    told(conversation, "(defquery q [] 1)")
    assert wrong(conversation, call) == message


def test_a_plot_in_a_file_may_be_of_a_kind(
    conversation: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    told(conversation, "(defquery q [] {:x (sample (normal 0 1)) :b (sample (flip 0.5))})")
    told(conversation, "(def p (infer q [] :lmh :samples 40 :chains 2 :seed 1))")
    assert told(conversation, '(plot p :x "t.svg" :trace)') == ["wrote t.svg"]
    assert "2 chains of 20 draws" in Path("t.svg").read_text()
    assert told(conversation, '(plot p "m.svg")') == ["wrote m.svg"]
    assert "there is no kind of plot `tracs`" in wrong(conversation, '(plot p "t.svg" :tracs)')


def test_a_plot_is_drawn_with_characters(conversation: Conversation) -> None:
    told(conversation, "(defquery q [] {:x (sample (normal 0 1)) :b (sample (flip 0.5))})")
    told(conversation, "(def p (infer q [] :seed 1))")
    (text,) = told(conversation, "(plot p :x)")
    lines = (text or "").splitlines()
    assert len(lines) == 2 + 1 + 1 + 10 + 2
    assert lines[-2].strip("- ") == ""
    assert lines[3] == ":x"
    (text,) = told(conversation, "(plot p :b)")
    assert (text or "").splitlines()[3] == ":b"
    assert "true" in (text or "")
    assert "0.5000" in (told(conversation, "(plot [1 2])")[0] or "")


def test_parts_and_summaries_of_a_posterior(conversation: Conversation) -> None:
    told(conversation, "(defquery q [] (predict :n 7) {:x [1 2]})")
    told(conversation, "(def p (infer q [] :samples 5))")
    assert "  1  1.0000  " in (told(conversation, "(marginal p :x 0)")[0] or "")
    assert "  7  1.0000  " in (told(conversation, "(predicted p :n)")[0] or "")
    assert told(conversation, "(:draws (summary p))") == ["5"]


def test_nested_results_are_opened(conversation: Conversation) -> None:
    told(
        conversation,
        "(defquery q [] {:t 1 :e {:n (sample (normal 0 1)) :xs [[(sample (normal 0 1)) 7]]}})"
        "(def p (infer q [] :samples 100 :seed 1))",
    )
    lines = (told(conversation, "p")[0] or "").splitlines()[4:]
    assert [line[2:14].strip() for line in lines] == [":t", ":e :n", ":e :xs[0][0]", ":e :xs[0][1]"]
    assert told(
        conversation, "(get-in (summary p) [:posterior :entries :e :entries :n :kind])"
    ) == ['"number"']
    (text,) = told(conversation, "(pr-str (summary p))")
    assert len(text or "") < 3_000


def test_collections_are_values(conversation: Conversation) -> None:
    told(conversation, "(def v [1]) (def m {:a 1}) (def s #{1}) (def k :a) (def f inc)")
    kinds = [line.split()[1] for line in (told(conversation, "(names)")[0] or "").splitlines()]
    assert kinds[-1] == "function"
    assert "function" not in kinds[:-1]


def test_numbers_of_a_posterior_and_of_its_parts(conversation: Conversation) -> None:
    told(
        conversation,
        "(defquery q [] (let [k (sample (uniform-discrete 1 5))]"
        " {:k k :in {:half (/ k 2) :xs [k 7]}}))",
    )
    told(conversation, "(def p (infer q [] :enumerate))")
    assert told(conversation, "(mean p :k) (mean p [:in :half]) (mean p :in :xs 1)") == [
        "2.5",
        "1.25",
        "7.0",
    ]
    assert told(conversation, "(quantile p 0.5 :k) (quantile p 1 :in :half)") == ["2.0", "2.0"]
    for name in ("sd", "std"):
        (text,) = told(conversation, f"({name} p :k)")
        assert float(text or "") == pytest.approx(1.25**0.5)
    assert told(conversation, "(mean (marginal p [:in :xs 0])) (mean [1 2 3])") == ["2.5", "2"]
    assert told(conversation, "(ess (infer q [] :samples 50) :k)") == ["50.0"]
    for call in ("(mean p)", "(sd p)", "(std p :in)"):
        assert wrong(conversation, call).startswith("not all results are numbers")
    for name in ("mean", "sd", "std", "quantile", "ess"):
        assert "posterior" in (told(conversation, f"(doc {name})")[0] or "")
    listed = (told(conversation, ':help (apropos "posterior")')[1] or "").splitlines()
    assert {"mean", "std", "sd", "quantile", "ess"} <= {line.split()[0] for line in listed}


def test_algorithms_are_looked_up(conversation: Conversation) -> None:
    (text,) = told(conversation, "(doc :smc)")
    assert "Sequential Monte Carlo" in (text or "")
    assert "\n  :particles      1000        Particles per sweep." in (text or "")
    (text,) = told(conversation, "(doc :plmh)")
    assert (text or "").startswith(":lmh: algorithm\n")
    for name in ("smc", "rmh", "plmh"):
        assert told(conversation, f"(doc {name})") == told(conversation, f"(doc :{name})")
    (text,) = told(conversation, '(apropos "smc")')
    assert {":smc", ":ic-smc"} <= {line.split()[0] for line in (text or "").splitlines()}
    assert (told(conversation, '(apropos "plmh")')[0] or "").startswith(":lmh ")
    assert wrong(conversation, "(doc :smk)") == "there is no algorithm `:smk`"


def test_slips_in_calls_of_infer_are_told_apart(conversation: Conversation) -> None:
    told(conversation, "(defquery q [] (sample (flip 0.5)))")
    assert wrong(conversation, "(infer q [] :smc 50)") == (
        "`:smc` is an algorithm, and the number 50 no name of an option"
    )
    assert wrong(conversation, "(infer q [] :rmh :samples 9 :foo)") == (
        "the option `:foo` has no value"
    )
    (answer,) = conversation.answers("(infer q [] smc)")
    assert answer.messages[0].help == "the algorithm is `:smc`, with a colon"
    (answer,) = conversation.answers("(infer q [] :particle 50)")
    assert (answer.messages[0].help or "").endswith("smc have `particles`")
    (answer,) = conversation.answers('(load "points.csv")')
    assert answer.messages[0].help == '(read-data "points.csv") reads it'


def test_expectations(conversation: Conversation) -> None:
    told(conversation, "(defquery q [] {:k (sample (uniform-discrete 1 5)) :v [1 2]})")
    told(conversation, "(def p (infer q [] :enumerate))")
    assert told(conversation, "(expectation p (fn [r] (* 2 (:k r))))") == ["5.0"]
    assert told(conversation, "(expectation p (comp odd? :k))") == ["0.5"]
    assert told(conversation, "(expectation p :v)") == ["[1.0 2.0]"]
    assert told(conversation, "(expectation (marginal p :k))") == ["2.5"]
    assert wrong(conversation, "(expectation p 3)").endswith("of a result, got the number 3")


# --- files ---


def test_loading_a_file_and_again(conversation: Conversation, tmp_path: Path) -> None:
    file = tmp_path / "model.aq"
    file.write_text("(def a 1)\n(defquery q [] a)")
    assert told(conversation, f'(load "{file}")') == [f"{file}: q and 1 other definition"]
    file.write_text("(def a 2)")
    told(conversation, "(reload)")
    assert told(conversation, "a") == ["2"]


def test_an_error_in_a_file_has_its_place_there(conversation: Conversation, tmp_path: Path) -> None:
    file = tmp_path / "model.aq"
    file.write_text("(def a 1)\n(foo)")
    (answer,) = conversation.answers(f'(load "{file}")')
    assert str(answer.messages[0].span) == f"{file}:2:2"
    assert told(conversation, "a") == ["1"]
    file.write_text("(def b 2)")
    told(conversation, "(reload)")
    assert told(conversation, "b") == ["2"]


# --- commands ---


def test_documentation_of_all_kinds_of_names(conversation: Conversation) -> None:
    told(conversation, '(defn f "Adds." [x y] (+ x y)) (defquery q [a b] (+ a b)) (def c 3)')
    assert told(conversation, "(doc f)") == ["f: function, <repl 1>:1:7\n  (f x y)\n\n  Adds."]
    for name, wanted in [
        ("q", "(infer q [a b])"),
        ("c", "the number 3"),
        ("let", "(let [name value ...] body...)"),
        ("if-let", "(if-let [name test] then else?)"),
        ("reduce", "function"),
        ("normal", "(normal mean sd)"),
        ("PI", "3.14159"),
        ("str/join", "separator"),
        ("infer", "posterior"),
        ("doc", "(doc name)"),
    ]:
        assert wanted in (told(conversation, f"(doc {name})")[0] or ""), name


def test_everything_has_a_use_or_a_documentation(conversation: Conversation) -> None:
    documentation = conversation.commands.documentation
    entries = [documentation.entry(name) for name in documentation.names()]
    assert len(entries) > 500
    silent = {entry.name for entry in entries if not entry.doc and not entry.usages}
    assert not silent


def test_sources(conversation: Conversation) -> None:
    told(conversation, "(defn f [x]\n  ; twice\n  (* 2 x))")
    assert told(conversation, "(source f)") == ["(defn f [x]\n  ; twice\n  (* 2 x))"]
    assert (told(conversation, "(source mapv)")[0] or "").startswith("(defn mapv")
    assert "def inc(" in (told(conversation, "(source inc)")[0] or "")


def test_searching(conversation: Conversation) -> None:
    (text,) = told(conversation, '(apropos "reduce")')
    assert (text or "").splitlines()[0].startswith("reduce ")
    assert told(conversation, ":apropos zzzz") == [
        "nothing has `zzzz` in its name or documentation"
    ]


def test_a_wrong_name_gets_a_hint(conversation: Conversation) -> None:
    (answer,) = conversation.answers("(doc reduse)")
    assert answer.messages[0].help == "did you mean `reduce`?"


def test_shorthands(conversation: Conversation) -> None:
    told(conversation, "(defn f [] 1)")
    assert "(infer model" in (told(conversation, ":help")[0] or "")
    assert told(conversation, ":names") == ["f  function"]
    assert told(conversation, ":doc f") == told(conversation, "(doc f)")
    assert told(conversation, ":a") == [":a"]
    with pytest.raises(EOFError):
        list(conversation.answers(":quit"))


def test_commands_keep_the_last_value(conversation: Conversation) -> None:
    assert told(conversation, "7 (doc inc) *1")[-1] == "7"


# --- what there is to warn of ---


def test_an_argument_that_is_missing_or_no_vector(conversation: Conversation) -> None:
    told(conversation, "(defquery q [y] (observe (normal 0 1) y)) (defquery none [] 1)")
    assert wrong(conversation, "(infer q)") == "the query `q` needs a value for [y]"
    assert "takes 1 value [y], the argument has 2" in wrong(conversation, "(infer q [7 8])")
    assert "has no parameter `z`" in wrong(conversation, "(infer q {:y 7 :z 8})")
    assert len(told(conversation, "(infer none)")) == 1


def test_a_posterior_says_what_to_beware_of(conversation: Conversation) -> None:
    told(
        conversation,
        "(defquery far [y] (let [x (sample (normal 0 1))] (observe (normal x 1/10) y) x))",
    )
    (text,) = told(conversation, "(infer far [6] :seed 1)")
    assert text is not None
    assert "warning: the weights have a heavy tail" in text
    (text,) = told(conversation, "(infer far [1] :lmh :samples 50 :seed 1)")
    assert text is not None
    assert "R-hat" in text


def test_whoever_leaves_need_not_know_how(conversation: Conversation) -> None:
    for text in ("exit", "quit", "quit()"):
        with pytest.raises(EOFError):
            list(conversation.answers(text))
    assert "Type a form and Enter" in (told(conversation, "help")[0] or "")
    told(conversation, "(def help 1)")
    assert told(conversation, "help") == ["1"]
