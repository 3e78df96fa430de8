"""What a box makes of steps and answers."""

import random

import pytest

from tools.box.arm64 import TOLERANCE, compare
from tools.box.plugs import Announced, answered
from tools.box.proof import Proof


def fail():
    raise AssertionError("lost")


def test_a_proof_goes_on_after_a_failed_step_and_fails(capsys):
    proof = Proof("box")
    assert not proof.step("one", fail)
    assert proof.step("two", lambda: "3 s")
    assert proof.sum_up() == 1
    output = capsys.readouterr().out
    assert "FAIL  one: lost" in output
    assert "pass  two: 3 s" in output
    assert "1 of 2 steps passed; failed: one" in output


def test_a_proof_of_nothing_is_none():
    assert Proof("box").sum_up() == 1


def answer(mel, triage="refer"):
    return {"a.jpg": {"probabilities": {"mel": mel, "nv": 1 - mel}, "triage": triage}}


def test_answers_may_differ_by_the_tolerance_and_no_more():
    assert "1 pictures" in compare(answer(0.5), answer(0.5 + TOLERANCE * 0.9))
    with pytest.raises(AssertionError, match="differs"):
        compare(answer(0.5), answer(0.5 + TOLERANCE * 1.1))
    with pytest.raises(AssertionError, match="watch"):
        compare(answer(0.5), answer(0.5, "watch"))
    with pytest.raises(AssertionError, match="pictures"):
        compare(answer(0.5), {})


def test_what_was_not_answered_when_the_plug_was_pulled_may_be_so_or_so():
    announced = Announced(notes={"a": {"", "new"}}, doubtful={"b": {"old"}, "c": {""}})
    announced.settle("b", "old")
    announced.settle("c", None)
    assert announced.notes == {"a": {"", "new"}, "b": {"old"}}
    assert announced.deleted == {"c"}
    assert not announced.doubtful


def test_no_two_people_change_one_examination_until_the_plug_is_pulled():
    announced = Announced(notes={"a": {""}})
    assert announced.take(random.Random(1)) == "a"
    assert announced.take(random.Random(1)) is None
    announced.release()
    assert announced.take(random.Random(1)) == "a"


def test_an_answer_of_the_server_in_front_alone_is_none_of_the_device():
    with pytest.raises(OSError, match="nobody"):
        answered((502, ""), 201)
    with pytest.raises(AssertionError, match="500: 'why'"):
        answered((500, "why"), 201)
    assert answered((409, ""), 201, 409) == 409
