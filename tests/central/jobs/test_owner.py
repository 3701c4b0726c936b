"""Whether a process that was at work still lives: known of this machine's, not known of others'."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.jobs.owner import Owner


def test_this_process_lives():
    assert not Owner.current().is_surely_dead()


def test_an_owner_is_read_as_it_was_written():
    assert Owner.parse(str(Owner.current())) == Owner.current()


@given(st.text(max_size=100))
def test_what_is_no_owner_is_none_or_harmless(text):
    owner = Owner.parse(text)
    assert owner is None or not owner.is_surely_dead()


def test_a_process_that_ended_is_dead():
    code = "from central.jobs.owner import Owner; print(Owner.current())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    owner = Owner.parse(done.stdout.strip())
    assert owner is not None
    assert owner.place == Owner.current().place
    assert owner.is_surely_dead()


def test_a_child_that_lives_is_alive_and_dead_once_killed_even_before_it_is_waited_for():
    code = "from central.jobs.owner import Owner; print(Owner.current(), flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        owner = Owner.parse(child.stdout.readline().strip())
        assert owner is not None
        assert not owner.is_surely_dead()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert owner.is_surely_dead()


def test_another_process_that_got_the_same_pid_does_not_count():
    assert replace(Owner.current(), started="1").is_surely_dead()


@pytest.mark.parametrize("place", ["other/boot/ns", ""])
def test_nothing_is_known_of_processes_elsewhere(place):
    assert not replace(Owner.current(), place=place, pid=999999).is_surely_dead()
