"""What has to hold for a level of isolation at the start, and what is said."""

import os
from pathlib import Path

import pytest

from app import isolation
from app.config import load
from app.keeper import cells
from app.listening import CannotStart


def config_of(place: Path, level: int):
    return load({"HOLDFAST_DATA_DIR": str(place), "HOLDFAST_SHELL": "/bin/sh", "HOLDFAST_ISOLATION": str(level)})


def test_level_1_without_root_stops_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CannotStart, match="HOLDFAST_ISOLATION=1: only root can .* start it as root, or without"):
        isolation.check(config_of(tmp_path / "data", 1))
    assert not (tmp_path / "data").exists()
    isolation.check(config_of(tmp_path / "data", 0))


def test_each_level_says_whose_shells_it_opens(tmp_path, monkeypatch):
    one, none = config_of(tmp_path, 1), config_of(tmp_path, 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert isolation.told(one).startswith("Isolation 1: ") and "user map" in isolation.told(one)
    assert "every shell is a root shell" in isolation.told(none)
    monkeypatch.setattr(os, "geteuid", lambda: 65_533_123)
    assert isolation.told(none).startswith("Isolation 0: every shell runs as user 65533123, the account that started")
    for text in (isolation.told(one), isolation.told(none), isolation.left_over(["a" * 12])):
        assert "\n" not in text


def test_what_is_left_of_level_0_is_named():
    assert "2 sessions from before still run" in isolation.left_over(["aaaaaaaaaaaa", "bbbbbbbbbbbb"])
    assert isolation.left_over(["aaaaaaaaaaaa"] * 14).count("aaaaaaaaaaaa") == 10
    assert "and 4 more" in isolation.left_over(["aaaaaaaaaaaa"] * 14)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: directories of two owners")
def test_a_data_directory_that_another_could_replace_stops_the_start(tmp_path):
    place = tmp_path / "of-daemon" / "data"
    place.mkdir(parents=True)
    isolation.check(config_of(place, 1))
    os.chown(place.parent, 1, 1)
    assert isolation.replaceable(place) == place.parent
    with pytest.raises(CannotStart, match="of-daemon can be replaced by others than root"):
        isolation.check(config_of(place, 1))
    os.chown(place.parent, 0, 0)
    place.parent.chmod(0o775)
    assert isolation.replaceable(place) is None  # root's own group
    os.chown(place.parent, 0, 1)
    assert isolation.replaceable(place) == place.parent
    place.parent.chmod(0o1777)
    assert isolation.replaceable(place) is None
    place.chmod(0o1777)
    assert isolation.replaceable(place) == place
    place.chmod(0o700)
    link = tmp_path / "link"
    link.symlink_to(place)
    assert isolation.replaceable(link) is None
    os.chown(place, 1, 1)
    assert isolation.replaceable(link) == place
    os.chown(place, 0, 0)
    os.lchown(link, 1, 1)
    assert isolation.replaceable(link) == link


def test_level_2_where_no_cell_can_be_made_stops_the_start_with_the_reason(tmp_path, monkeypatch):
    def none(limits):
        assert limits.tasks == 1024
        raise cells.NoCells("no control groups here with the controllers memory")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(isolation, "replaceable", lambda path: None)
    monkeypatch.setattr(isolation, "_changeable", lambda path: None)
    monkeypatch.setattr(cells, "try_out", none)
    with pytest.raises(CannotStart, match="HOLDFAST_ISOLATION=2: sessions cannot have limits: no control groups here"):
        isolation.check(config_of(tmp_path / "data", 2))
    isolation.check(config_of(tmp_path / "data", 1))


def test_a_group_of_systemds_is_not_touched_unless_it_gave_it_away(tmp_path, monkeypatch):
    (tmp_path / "cgroup.subtree_control").write_text("cpu\n")
    monkeypatch.setattr(cells, "SYSTEMD", str(tmp_path))
    with pytest.raises(cells.NoCells, match="Delegate=yes"):
        cells._hand_down(str(tmp_path))
    assert (tmp_path / "cgroup.subtree_control").read_text() == "cpu\n"
    given = {(str(tmp_path), "user.delegate"): b"1"}
    monkeypatch.setattr(os, "getxattr", lambda path, name: given.get((path, name), b""))
    cells._hand_down(str(tmp_path))
    assert (tmp_path / "cgroup.subtree_control").read_text().startswith("+memory +pids")
