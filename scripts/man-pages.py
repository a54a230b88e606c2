#!/usr/bin/env python3
"""man-pages.py BINARY DIR: writes teleport-mattermost.1 and teleport-mattermost.toml.5 to DIR.

The first page is made from the description of the command line that the binary prints, and the second one from
docs/configuration.md, so that neither has to be kept up to date by hand. SOURCE_DATE_EPOCH is the date of the pages.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent
NAME = "teleport-mattermost"


def escaped(text):
    """Returns text in which no character means anything to roff."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")


def line(text):
    """Returns a line of roff that cannot be taken for a request."""
    return "\\&" + text if text.startswith((".", "'")) else text


def inline(markdown):
    """Returns a piece of Markdown as roff: code and strong text are bold, emphasis is italic, links keep their text."""
    pieces = re.split(r"(`` .+? ``|`[^`]+`)", re.sub(r"\[([^][]+)\]\([^()]*\)", r"\1", markdown))
    for index, piece in enumerate(pieces):
        if index % 2:
            code = piece[3:-3] if piece.startswith("`` ") else piece[1:-1]
            pieces[index] = f"\\fB{escaped(code)}\\fR"
        else:
            text = escaped(piece)
            text = re.sub(r"\*\*(.+?)\*\*", r"\\fB\1\\fR", text)
            pieces[index] = re.sub(r"\*(.+?)\*", r"\\fI\1\\fR", text)
    return "".join(pieces)


def cells(row):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows):
    """Returns a Markdown table as a list of its keys, each with its meaning."""
    header = cells(rows[0])
    for row in rows[2:]:
        values = cells(row)
        yield ".TP"
        if header[0] == "table":
            yield line(" ".join(inline(value) for value in values[:2]))
        elif header[1:2] == ["default"]:
            default = inline(values[1])
            yield line(f"{inline(values[0])} ({default if default.startswith('required') else 'default: ' + default})")
        else:
            yield line(inline(values[0]))
        yield line(inline(values[-1]))


def blocks(markdown):
    """Returns the blocks of a document, each a list of its lines. A block of code starts with its fence."""
    block, is_code = [], False
    for row in markdown.split("\n"):
        is_fence = row.lstrip().startswith("```")
        if is_code or row.strip() and not is_fence:
            block.append(row)
        if is_code and is_fence or not is_code and (is_fence or not row.strip()):
            if block:
                yield block
            block = [row] if is_fence and not is_code else []
        is_code ^= is_fence
    if block:
        yield block


def document(markdown):
    """Returns the lines of roff for a document: headings, paragraphs, lists, tables and blocks of code."""
    bullet = "\\(bu"
    for rows in blocks(markdown):
        if rows[0].lstrip().startswith("```"):
            yield from [".PP", ".RS 4", ".EX", *(line(escaped(row)) for row in rows[1:-1]), ".EE", ".RE"]
        elif rows[0].startswith("#"):
            level, heading = rows[0].split(" ", 1)
            yield f".SH {escaped(heading).upper()}" if level == "##" else f".SS {escaped(heading.replace('`', ''))}"
        elif rows[0].startswith("|"):
            yield from table(rows)
        elif re.match(r"(-|\d+\.) ", rows[0]):
            for entry in re.split(r"\n(?=(?:-|\d+\.) )", "\n".join(rows)):
                mark, words = entry.split(" ", 1)
                yield from [f".IP {bullet} 2" if mark == "-" else f".IP {mark} 4", line(inline(" ".join(words.split())))]
        else:
            yield from [".PP", line(inline(" ".join(row.strip() for row in rows)))]


def help_text(text):
    """Returns the text of a command's help. There a line that ends a sentence ends a paragraph's line too."""
    for index, paragraph in enumerate(text.split("\n\n")):
        yield ".PP"
        for sentence in re.split(r"(?<=[.:])\n", paragraph):
            yield from [line(inline(" ".join(sentence.split()))), ".br"]


def option(argument):
    value = f" \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""
    names = ("-" + name["name"] if name["kind"] == "short" else "--" + name["name"] for name in argument["names"])
    default = f" The default is \\fB{escaped(argument['defaultValue'])}\\fR." if "defaultValue" in argument else ""
    yield from [".TP", ", ".join(f"\\fB{escaped(name)}\\fR{value}" for name in names)]
    yield line(inline(argument["abstract"]) + default)


def synopsis(argument):
    name = argument["preferredName"]
    dashes = "-" if name["kind"] == "short" else "--"
    value = f" \\fI{escaped(argument['valueName'])}\\fR" if argument["kind"] == "option" else ""
    return f"[\\fB{escaped(dashes + name['name'])}\\fR{value}]"


def leaves(descriptions, prefix=""):
    """Returns the commands that can be run, each with its whole name: `requests ls` and not `requests`."""
    for one in descriptions:
        if not one.get("shouldDisplay") or one["commandName"] == "help":
            continue
        name = prefix + one["commandName"]
        inner = list(leaves(one.get("subcommands", []), name + " "))
        yield from inner or [{**one, "commandName": name}]


def command(description):
    options = [one for one in description["arguments"] if one["shouldDisplay"] and one["valueName"] != "help"]
    yield f".SS {escaped(description['commandName'])}"
    yield ".PP"
    yield " ".join([f"\\fB{escaped(NAME)} {description['commandName']}\\fR", *map(synopsis, options)])
    yield from [".PP", line(inline(description["abstract"]))]
    if "discussion" in description:
        yield from help_text(description["discussion"])
    for one in options:
        yield from option(one)


def page(title, section, summary, body, see_also):
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    version = re.search(r'number = "(.+)"', (PROJECT / "Sources/Daemon/Version.swift").read_text())[1]
    return "\n".join([
        ".nr HY 0",  # No word is hyphenated, so that every setting can be searched for and copied.
        f'.TH {title.upper()} {section} {date:%Y\\-%m\\-%d} "{NAME} {version}"', ".ad l",
        ".SH NAME", f"{escaped(title)} \\- {inline(summary)}", *body,
        ".SH SEE ALSO", f"{see_also}, and the documents in \\fB/usr/share/doc/{escaped(NAME)}\\fR", ""])


def command_page(binary):
    output = subprocess.run([binary, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    program = json.loads(output)["command"]
    body = [".SH SYNOPSIS", f"\\fB{escaped(NAME)}\\fR \\fIcommand\\fR [\\fIoptions\\fR]", ".SH DESCRIPTION",
            line(inline(program["abstract"])), *help_text(program["discussion"]), ".SH COMMANDS"]
    for one in leaves(program["subcommands"]):
        body += command(one)
    body += [".SH FILES", ".TP", "\\fB/etc/teleport\\-mattermost.toml\\fR", "The configuration.",
             ".TP", "\\fB/var/lib/teleport/plugins/mattermost\\fR",
             "The credentials for Teleport, and the listener's certificate.",
             ".TP", "\\fB/var/lib/teleport\\-mattermost/control.sock\\fR",
             "The socket of the commands \\fBstatus\\fR and \\fBrequests\\fR."]
    summary = program["abstract"][0].lower() + program["abstract"][1:].rstrip(".")
    return page(NAME, 1, summary, body, "\\fBteleport\\-mattermost.toml\\fR(5)")


def configuration_page():
    text = re.sub(r"<!--.*?-->\n?", "", (PROJECT / "docs/configuration.md").read_text())
    head, rest = text.split("## Settings\n", 1)
    introduction = head.split("\n\n", 1)[1].split("\n- [", 1)[0]
    settings = "## Settings\n" + rest.split("## Commands and exit codes", 1)[0]
    body = [".SH DESCRIPTION", *document(introduction), *document(settings)]
    return page(f"{NAME}.toml", 5, "configuration of teleport-mattermost", body, "\\fBteleport\\-mattermost\\fR(1)")


def main():
    binary, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{NAME}.1").write_text(command_page(binary))
    (directory / f"{NAME}.toml.5").write_text(configuration_page())


main()
