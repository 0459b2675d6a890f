#!/bin/sh
# The interface's texts and their translations. Each text that the sources mark is in every
# po/LANG.po, translated, and nothing else is; formats take the same arguments; what goes into the
# program is all of it. And the other way round: a text handed to a function that shows it to people
# is marked. The rules for that are the table below; a file that shows texts in a new way needs a
# row, a literal that is no text an exception.
set -u
LC_ALL=C
export LC_ALL

tree=${SRCDIR:-$(dirname "$0")/../..}
work=$(mktemp -d "${TMPDIR:-/tmp}/po.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# Where, and the functions whose arguments people read.
cat >"$work/rules" <<'END'
src            tell fail ui_notice source_trouble
src/diagnose   add strbuf_text strbuf_format mem_format
src/export     mem_format mem_text
src/help       fault
src/input      damaged mem_format mem_text
src/session.c  mem_format mem_text
src/ui         add label on_rule on_rule_right screen_string screen_text screen_cell show_line
src/ui         styled_heading styled_label styled_paragraph
src/report.c   print_count
END

# FILE LITERAL: what is the same in every language.
cat >"$work/exceptions" <<'END'
src/diagnose/related.c "cause"
src/diagnose/related.c "code"
src/diagnose/related.c "option"
src/diagnose/related.c "reason"
src/diagnose/related.c "timer"
src/diagnose/related.c "warning"
src/export/file.c "%s.%ld-%d.part"
src/input/live.c "sipwhy"
src/input/live.c "sudo setcap cap_net_raw,cap_net_admin+ep %s"
src/ui/actions.c ":quit"
src/ui/header.c "sipwhy"
src/ui/list_commands.c "layout: %s"
src/ui/keep.c "~/.config/sipwhy/config"
END

# The literals of C sources that stand in a call of one of `functions`, not in one of the marks and
# not in another call inside: "FILE:LINE: LITERAL". Formats without a word in them are no text.
cat >"$work/unmarked.awk" <<'END'
BEGIN {
    n = split(functions, name, " ")
    for (i = 1; i <= n; i++)
        shows[name[i]] = 1
    # what neither translates nor hides a text
    see_through[""] = see_through["SPAN"] = see_through["strlen"] = 1
}
function judge(literal,    d, bare) {
    for (d = depth; d > 0 && (call[d] in see_through); d--)
        ;
    bare = literal
    gsub(/%[-+ 0-9.*lz]*[a-zA-Z]|\\[a-z]/, "", bare)
    if (d > 0 && (call[d] in shows) && bare ~ /[A-Za-z][a-z]/)
        print file ":" line ": " literal
}
FNR == 1 { file = FILENAME; sub(/^\.\//, "", file); depth = 0; word = ""; literal = ""; comment = 0 }
{
    line = FNR
    n = length($0)
    for (i = 1; i <= n; i++) {
        c = substr($0, i, 1)
        if (comment) {
            if (c == "*" && substr($0, i + 1, 1) == "/") { comment = 0; i++ }
        } else if (c == "/" && substr($0, i + 1, 1) == "*") {
            comment = 1; i++
        } else if (c == "\"" || c == "'") {
            for (start = i++; i <= n && substr($0, i, 1) != c; i++)
                if (substr($0, i, 1) == "\\")
                    i++
            if (c == "\"")
                judge(substr($0, start, i - start + 1))
            word = ""
        } else if (c ~ /[A-Za-z0-9_]/) {
            word = (gap ? "" : word) c
            gap = 0
        } else if (c == "(") {
            call[++depth] = word
            word = ""
        } else if (c == ")") {
            depth -= depth > 0
            word = ""
        } else if (c == " ") {
            gap = 1
        } else {
            word = ""
        }
    }
    word = ""
}
END

unmarked_in()
{
    (cd "$1" && while read -r place functions; do
        find "$place" -name '*.c' | sort |
            xargs awk -v functions="$functions" -f "$work/unmarked.awk" /dev/null
    done <"$work/rules") | sort -u
}

# Leaves the exceptions out.
cat >"$work/known.awk" <<'END'
FILENAME ~ /exceptions$/ { known[$0] = 1; next }
{
    file = $0; sub(/:.*/, "", file)
    literal = $0; sub(/^[^:]*:[0-9]+: /, "", literal)
    if (!((file " " literal) in known))
        print
}
END

count=0 status=0
# tell WHAT: one test; ok when $work/faults is empty.
tell()
{
    count=$((count + 1))
    if [ -s "$work/faults" ]; then
        echo "not ok $count - $1"
        sed -n '1,30s/^/#   /p' "$work/faults"
        status=1
    else
        echo "ok $count - $1"
    fi
}

# The search itself: a small tree in which some texts are not marked.
mkdir -p "$work/tree/src/ui" "$work/tree/src/diagnose" "$work/tree/src/export" "$work/tree/src/help" \
    "$work/tree/src/input"
: >"$work/tree/src/session.c"
: >"$work/tree/src/report.c"
cat >"$work/tree/src/ui/view.c" <<'END'
/* ui_notice(ui, "a comment"); */
void f(void)
{
    ui_notice(ui, true, "first fault");
    ui_notice(ui, true, several ? "second"
                                : "third %s", what);
    ui_notice(ui, true, _("marked"), value("name"), c == '"' ? _("quote") : tr(x));
    ui_notice(ui, true, "%s: %d%%\n", path, n);
    styled_paragraph(text, SPAN("fourth" " fifth"), 1);
    other("not shown");
    return ui_notice(ui, false, "seventh");
    if (strcmp(a, "b c") == 0)
        screen_string (y, x, (int)w, STYLE, "sixth");
    label(out, HELP, tr_n("one", "many", n));
}
END
unmarked_in "$work/tree" | sed 's/.*: //' | tr '\n' ' ' >"$work/found"
echo '"first fault" "second" "third %s" "sixth" "fourth" " fifth" "seventh" ' >"$work/wanted"
tr ' ' '\n' <"$work/found" | sort >"$work/a"
tr ' ' '\n' <"$work/wanted" | sort >"$work/b"
diff "$work/a" "$work/b" | grep '^[<>] .' >"$work/faults"
tell "texts that are not marked are found out"

unmarked_in "$tree" | awk -f "$work/known.awk" "$work/exceptions" - >"$work/faults"
tell "every text that people read is marked with _(), N_() or tr_n()"

unmarked_in "$tree" | sed 's/:[0-9]*: / /' | sort -u >"$work/seen"
grep -vxFf "$work/seen" "$work/exceptions" >"$work/faults"
tell "every exception is one"

if ! command -v xgettext >/dev/null || ! command -v msgcmp >/dev/null; then
    echo "ok $((count + 1)) - the catalogues # skip gettext is not installed"
    echo "1..$((count + 1))"
    exit "$status"
fi

sh "$tree/po/extract.sh" "$tree" "$work/sipwhy.pot" >"$work/faults" 2>&1
tell "the texts of the sources can be extracted"

# A paragraph an entry: those that hold a word with % but are not checked as a format.
msgcat --no-wrap "$work/sipwhy.pot" 2>/dev/null |
    awk -v RS= '/\nmsgid "[^\n]*%[-+0-9.*lz]*[a-zA-Z]/ && !/c-format/' >"$work/faults"
tell "every format is known as one"

for catalogue in "$tree"/po/*.po; do
    name=po/$(basename "$catalogue")
    msgcmp "$catalogue" "$work/sipwhy.pot" >"$work/faults" 2>&1 && : >"$work/faults"
    tell "$name translates every text of the sources (po/update.sh adds the new ones)"
    {
        msgmerge --quiet --no-fuzzy-matching --no-wrap "$catalogue" "$work/sipwhy.pot" | grep '^#~'
        msgattrib --only-fuzzy --no-wrap "$catalogue"
        msgattrib --untranslated --no-wrap "$catalogue"
        msgattrib --only-obsolete --no-wrap "$catalogue"
    } 2>/dev/null | grep msgid >"$work/faults"
    tell "$name holds nothing that is fuzzy, untranslated or no longer used"
    msgfmt --check -o /dev/null "$catalogue" >"$work/faults" 2>&1 && : >"$work/faults"
    tell "$name stands the checks of msgfmt"
    # 'X은(는)' is how programs speak: the sentence is to be built so that no particle is in doubt.
    grep -nE '(은|이|을|과)\((는|가|를|와)\)|\((으|이)\)' "$catalogue" >"$work/faults"
    tell "$name leaves no particle open"
done

mkdir "$work/po"
cp "$tree"/po/*.po "$work/po"
sh "$tree/po/catalogue.sh" "$work/po" "$work/catalogue.c" >"$work/faults" 2>&1
for catalogue in "$work"/po/*.po; do
    msgfmt --statistics -o /dev/null "$catalogue" 2>&1
done | awk '{ n += $1 } END { print n + 0 }' >"$work/a"
grep -c '^    { ".*", ".*" },$' "$work/catalogue.c" >"$work/b"
diff "$work/a" "$work/b" >>"$work/faults"
tell "every translation goes into the program"

# What the catalogue must not take: fuzzy, untranslated and obsolete entries.
cat >"$work/po/ko.po" <<'END'
msgid ""
msgstr "Language: ko\n"

msgid "good"
msgstr "one"

#, fuzzy
msgid "fuzzy"
msgstr "two"

msgid "untranslated"
msgstr ""

msgid ""
"long "
"text"
msgstr ""
"thr"
"ee"

msgid "thing"
msgid_plural "things"
msgstr[0] "four"

#~ msgid "obsolete"
#~ msgstr "five"
END
sh "$tree/po/catalogue.sh" "$work/po" "$work/catalogue.c" >"$work/faults" 2>&1
sed -n 's/^    { \(".*", ".*"\) },$/\1/p' "$work/catalogue.c" >"$work/a"
cat >"$work/b" <<'END'
"good", "one"
"" "long " "text", "thr" "ee"
"thing", "four"
END
diff "$work/b" "$work/a" >>"$work/faults"
tell "fuzzy, untranslated and obsolete entries stay out of the program"

echo "1..$count"
exit "$status"
