"""Taking turns; the training itself is timed by `make train-rates`."""

from model_build import rates


def test_a_busy_spell_of_the_machine_falls_on_both_and_leaves_the_ratio(monkeypatch):
    seconds, busy = [0.0], [1.0]
    # The first compiles.
    spells = iter([1, 1, 3, 1, 2, 1])

    def step():
        busy[0] = next(spells)
        seconds[0] += busy[0]

    def fit():
        seconds[0] += 1.25 * busy[0]

    monkeypatch.setattr(rates.time, "perf_counter", lambda: seconds[0])
    assert rates._take_turns(step, fit, pictures=8) == {"bare": 8.0, "fit": 6.4, "ratio": 0.8}


def test_a_backend_that_the_environment_names_is_measured_alone(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert rates._backends() == ["jax"]
    monkeypatch.delenv("KERAS_BACKEND")
    assert "tensorflow" in rates._backends()


def test_a_processor_without_a_name_as_on_arm_is_called_by_its_kind(monkeypatch, tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nBogoMIPS\t: 108.00\nCPU part\t: 0xd0b\n")
    monkeypatch.setattr(rates, "_CPUINFO", info)
    monkeypatch.setattr(rates.platform, "processor", str)
    monkeypatch.setattr(rates.platform, "machine", lambda: "aarch64")
    assert "cores of aarch64;" in rates._machine()
