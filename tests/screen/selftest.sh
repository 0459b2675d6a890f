#!/bin/sh
# Tries the harness on scripts that must fail: a check that cannot fail checks nothing.
# Usage: selftest.sh PLAY; prints TAP. selftest.play holds the half that must pass.
play=${1:-${PLAY:-./play}}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
tests=0
bad=0

verdict() {
    tests=$((tests + 1))
    if [ "$1" = good ]; then
        echo "ok $tests - $2"
    else
        bad=$((bad + 1))
        echo "not ok $tests - $2"
        sed 's/^/# /' "$dir/out"
    fi
}

# must_fail NAME PATTERN: plays standard input; the report must have a failure that says PATTERN.
must_fail() {
    cat > "$dir/case.play"
    if "$play" "$dir/case.play" > "$dir/out" 2>&1; then
        verdict bad "$1"
    elif grep -q '^not ok' "$dir/out" && grep -q -e "$2" "$dir/out"; then
        verdict good "$1"
    else
        verdict bad "$1"
    fi
}

must_fail "wait for what never comes" "has not appeared: 'there'" <<'END'
run-shell echo here; cat
wait "there" 0.3
END
must_fail "wait ends with the program" "exited with status 0" <<'END'
run-shell echo here
wait "there" 50
END
must_fail "expect" "not on the screen" <<'END'
run-shell echo here
expect "there"
END
must_fail "expect-not" "on line 1" <<'END'
run-shell echo here
expect-not "here"
END
must_fail "aligned" "'a' begins at column 3, 'b' at column 2" <<'END'
run-shell printf '글a\r\n-b'; cat
aligned 1 "a" 2 "b"
END
must_fail "aligned with what is not there" "line 2 is '-b'" <<'END'
run-shell printf '글a\r\n-b'; cat
aligned 1 "a" 2 "c"
END
must_fail "colour" "is red at column 1, not green" <<'END'
run-shell printf '\033[31mred'
colour "red" green
END
must_fail "bold is not bright" "is red at column 1, not bright-red" <<'END'
run-shell printf '\033[1;31mred'
colour "red" bright-red
END
must_fail "partly coloured" "is default at column 3, not red" <<'END'
run-shell printf '\033[31mre\033[md'
colour "red" red
END
must_fail "attr" "is not dim" <<'END'
run-shell printf '\033[2m\033[22mdim'
attr "dim" dim
END
must_fail "no-colour" "coloured at column 3" <<'END'
run-shell printf 'a \033[44mb'
no-colour
END
must_fail "exit status" "exited with status 4" <<'END'
run-shell exit 4
exit 0
END
must_fail "no such program" "exited with status 127" <<'END'
run /no/such/program
exit 0
END
must_fail "line settings left behind" "ECHO changed, ICANON changed" <<'END'
run-shell stty -echo -icanon
restored
END
must_fail "modes left behind" "cursor hidden, mouse on (1000), .*alternate screen on (1049)" <<'END'
run-shell printf '\033[?1049;25;1000h\033[?25l'
restored
END
must_fail "attributes left behind" "colours or attributes on" <<'END'
run-shell printf '\033[2mx'
restored
END
must_fail "drawing characters left behind" "drawing characters on" <<'END'
run-shell printf '\033(0'
restored
END
must_fail "not restored while it runs" "still running" <<'END'
env SCREEN=1
run-shell sleep 20
restored
END
must_fail "not stopped" "the program is exited" <<'END'
run-shell exit 0
expect-stopped
END
must_fail "snapshot that is not there" "No such file" <<'END'
run-shell echo one
snapshot missing
END
printf 'two\n' > "$dir/other.screen"
must_fail "snapshot that differs" "line 1, saved: |two|" <<'END'
size 10x1
run-shell printf one
snapshot other
END
must_fail "unknown command" "no command is called 'expct'" <<'END'
expct "x"
END
must_fail "unknown key" "no key is called 'Entre'" <<'END'
run cat
key Entre
END
must_fail "unknown variable" "not in the environment: NO_SUCH_NAME" <<'END'
run cat $NO_SUCH_NAME
END
must_fail "open quote" "a quote is not closed" <<'END'
run cat
expect "open
END
must_fail "nothing runs" "nothing runs yet" <<'END'
expect "x"
END
must_fail "nothing asserted" "asserts nothing" <<'END'
run cat
END
must_fail "a clipboard that is empty" "nothing was copied" <<'END'
run-shell echo here; cat
wait "here"
expect-clipboard "here"
END
must_fail "another text on the clipboard, and not wrapped" "what was copied is 'hello'" <<'END'
run-shell printf '\033]52;c;aGVsbG8=\a here'; cat
wait "here"
expect-clipboard "hell"
END
must_fail "a clipboard that is not wrapped" "it was not wrapped" <<'END'
run-shell printf '\033]52;c;aGVsbG8=\a here'; cat
wait "here"
expect-clipboard "hello" wrapped
END

# What a script starts dies with it, however it hides from the terminal's signals.
cat > "$dir/case.play" <<'END'
run-shell trap '' HUP TERM INT; (trap '' HUP; exec sleep 4321) & echo "pid $!"; exec sleep 4322
wait "pid"
expect "no such text"
END
"$play" "$dir/case.play" > "$dir/out"
pid=$(sed -n 's/^# |pid \([0-9]*\).*/\1/p' "$dir/out")
if [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; then
    verdict good "no process survives"
else
    verdict bad "no process survives"
fi

# Snapshots: written on demand, then equal.
printf 'size 10x2\nrun-shell printf "a b"\nsnapshot fresh\n' > "$dir/case.play"
if UPDATE_SCREENS=1 "$play" "$dir/case.play" > "$dir/out" &&
    "$play" "$dir/case.play" > "$dir/out" &&
    [ "$(cat "$dir/fresh.screen")" = "a b" ]; then
    verdict good "snapshot is written and read"
else
    verdict bad "snapshot is written and read"
fi

echo "1..$tests"
[ "$bad" -eq 0 ]
