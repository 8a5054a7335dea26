"""`rankcrawler completion`: real shells complete what the parsers take."""

import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from scrapy import cmdline
from scrapy.settings import Settings

from rankcrawler import options, settings
from rankcrawler.commands.completion import bash, fish, zsh
from rankcrawler.commands.completion.words import CHOICE, Place, places
from rankcrawler.commands.entry.completion import _SHELLS
from rankcrawler.gateways import profiles
from rankcrawler.model.kinds import KINDS
from tests.gateways import environment, run

BASH = shutil.which("bash") or ""
needs_bash = pytest.mark.skipif(not BASH, reason="no bash")


@pytest.fixture(scope="module")
def all_places() -> list[Place]:
    """Every place of a command line."""
    chosen = Settings()
    chosen.setmodule(settings)
    return list(places(cmdline._get_commands_dict(chosen, inproject=True), chosen))


@pytest.fixture(scope="module")
def file(all_places: list[Place], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bash's script."""
    path = tmp_path_factory.mktemp("bash") / "rankcrawler.bash"
    path.write_text(bash.script("rankcrawler", all_places), "utf-8")
    return path


def completed(file: Path, lines: Sequence[Sequence[str]], folder: Path) -> list[list[str]]:
    """What bash offers for the last word of each command line."""
    code = [f"source {shlex.quote(str(file))}", "compopt() { :; }  # works only while a person types"]
    for words in lines:
        code += [f"COMP_WORDS=(rankcrawler {shlex.join(words)})", f"COMP_CWORD={len(words)}", "COMPREPLY=()"]
        code += ["_rankcrawler", 'echo "${COMPREPLY[*]}"']
    done = subprocess.run(
        [BASH, "--norc", "-c", "\n".join(code)], cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split() for line in done.stdout.splitlines()]


@needs_bash
def test_bash_offers_every_command_subcommand_and_option(file: Path, all_places: list[Place], tmp_path: Path) -> None:
    offered = completed(file, [[*place.path, ""] for place in all_places], tmp_path)
    for place, words in zip(all_places, offered, strict=True):
        expected = [word.text for word in place.words] + [name for each in place.options for name in each.names]
        assert words == expected, place.path
    assert len(all_places) > 50


@needs_bash
def test_bash_offers_the_values_of_an_option(file: Path, all_places: list[Place], tmp_path: Path) -> None:
    asked = [(place, option) for place in all_places for option in place.options if option.takes == CHOICE]
    offered = completed(file, [[*place.path, option.names[-1], ""] for place, option in asked], tmp_path)
    assert [list(option.choices) for _, option in asked] == offered
    assert {tuple(KINDS), ("ready", "scheduled", "leased", "dead", "retired", "failing")} <= {
        option.choices for _, option in asked
    }


@needs_bash
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["do"], ["doctor"]),
        (["rooms", "re"], ["remove", "resume", "retry", "restore"]),
        (["rooms", "list", "--st"], ["--state"]),
        (["rooms", "list", "--state", "=", "de"], ["dead"]),
        (["rooms", "list", "--state", "="], ["ready", "scheduled", "leased", "dead", "retired", "failing"]),
        (["crawl", "ra"], ["ranklist"]),
        (["crawl", "ranklist", "-s", "GATEWAY_U"], ["GATEWAY_URL="]),
        (["store", "export", "--to", "fi"], ["file.csv"]),
        (["rank", "--anchor", ""], []),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["-L", "rooms", "list", "--l"], ["--limit"]),
    ],
)
def test_bash_completes_what_was_begun(file: Path, tmp_path: Path, words: list[str], expected: list[str]) -> None:
    (tmp_path / "file.csv").touch()
    [offered] = completed(file, [words], tmp_path)
    assert [each for each in offered if each.startswith("-") == words[-1].startswith("-")] == expected


def without_backspaces(text: str) -> str:
    """What is left on the screen: a shell takes back the space after a word when it is not the last."""
    text = text.replace("\a", "")
    while "\b" in text.lstrip("\b"):
        text = re.sub("[^\b]\b", "", text.lstrip("\b"), count=1)
    return text


def typed(shell: list[str], file: Path, keys: str, shown: str, env: dict[str, str]) -> str:
    """What a terminal with a shell shows after keys were pressed, once it shows this; 20 s at most."""
    ours, theirs = pty.openpty()
    seen = ""
    with subprocess.Popen(
        shell, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
    ) as process:
        os.close(theirs)
        try:
            os.write(ours, f"source {shlex.quote(str(file))}; echo is-{'ready'}\n".encode())
            for wanted, then in (("is-ready\r\n", keys), (shown, "")):
                deadline = time.monotonic() + 20
                while wanted not in seen and time.monotonic() < deadline:
                    if select.select([ours], [], [], 0.1)[0]:
                        seen = without_backspaces(seen + os.read(ours, 65_536).decode("utf-8", "replace"))
                os.write(ours, then.encode())
        finally:
            process.kill()
            os.close(ours)
    return seen


@needs_bash
def test_a_person_at_bash_presses_tab(file: Path, tmp_path: Path) -> None:
    env = environment(None, tmp_path, {"PS1": "$ ", "TERM": "dumb"})
    seen = typed(
        [BASH, "--norc", "--noprofile", "-i"], file, ".venv/bin/rankcrawler ro\tli\t--sta\tde\t", "--state dead", env
    )
    assert "rankcrawler rooms list --state dead " in seen


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_take_their_scripts(shell: str, all_places: list[Place], tmp_path: Path) -> None:
    text = {"zsh": zsh.script, "fish": fish.script}[shell]("rankcrawler", all_places)
    for place in all_places:
        assert all(word.text in text for word in place.words)
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell}")
    script = tmp_path / "script"
    script.write_text(text, "utf-8")
    done = subprocess.run([program, "-n", script], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
def test_fish_completes_what_was_begun(all_places: list[Place], tmp_path: Path) -> None:
    script = tmp_path / "rankcrawler.fish"
    script.write_text(fish.script("rankcrawler", all_places), "utf-8")
    lines = ("rankcrawler do", "rankcrawler rooms res", "rankcrawler rooms list --state de", "rankcrawler crawl ra")
    code = "; ".join(f"complete -C {shlex.quote(line)}" for line in lines)
    command = ["fish", "--no-config", "-c", f"source {script}; {code}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path)
    offered = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert offered == ["doctor", "restore", "resume", "dead", "ranklist"], done.stderr


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh")
def test_a_person_at_zsh_presses_tab(all_places: list[Place], tmp_path: Path) -> None:
    script = tmp_path / "rankcrawler.zsh"
    script.write_text(f"autoload -U compinit; compinit -D\n{zsh.script('rankcrawler', all_places)}", "utf-8")
    env = environment(None, tmp_path, {"PS1": "$ ", "TERM": "dumb", "ZDOTDIR": str(tmp_path)})
    shown = "rooms list --state dead"
    assert shown in typed(["zsh", "-f", "-i"], script, "rankcrawler roo\tlis\t--sta\tde\t", shown, env)


def test_the_settings_and_profiles_that_are_offered_are_those_that_there_are(all_places: list[Place]) -> None:
    by_path = {place.path: place for place in all_places}
    offered = {option.names[0]: option for option in by_path["simulate",].options}
    assert offered["--set"].choices == tuple(f"{name}=" for name in sorted(options.NAMES))
    assert set(offered["--profile"].choices) == set(profiles.names())


def test_the_command_prints_the_script(tmp_path: Path, all_places: list[Place]) -> None:
    for shell, write in zip(_SHELLS, (bash.script, zsh.script, fish.script), strict=True):
        done = run("completion", shell, env=environment(None, tmp_path))
        assert (done.returncode, done.stdout) == (0, write("rankcrawler", all_places))
    assert run("completion", "csh", env=environment(None, tmp_path)).returncode == 2
