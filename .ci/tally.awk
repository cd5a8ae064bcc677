# Reads the output of `go test -v` for some packages, then a line "exit STATUS".
# Prints a passing package as one line and everything of a failing one except
# passing tests, names what was skipped and why, appends "passed failed skipped"
# to the file $TALLY and a short list of failures to the file $WHY, and exits
# with the status. A Ginkgo suite, run with -ginkgo.v, counts by its specs; a
# passing spec can report something in a line "NOTE ...".

# forget clears the state of a package.
function forget() {
	text = order = ""
	start = 0
	split("", skips)
	split("", said)
	why = notes = ""
	reasonLines = 0
}

# skip records a reason; equal reasons are printed once.
function skip(reason) {
	if (!(reason in skips)) order = order reason "\n"
	skips[reason]++
}

/^exit [0-9]+$/ { status = $2; next }
/^=== (RUN|PAUSE|CONT|NAME) / {
	running = $3
	next
}
/^ *--- PASS: / {
	passed++
	next
}
/^ *--- FAIL: / {
	failed++
	why = why $3 (said[$3] ? ": " : "") said[$3] "\n"
}
/^ *--- SKIP: / {
	skipped++
	sub(/^ */, "", said[$3])
	skip($3 ": " said[$3])
}

# Ginkgo: blocks of specs between lines of dashes, then the count.
/^------/ { start = length(text) }
/^• \[[0-9.]+ seconds\]/ {
	text = substr(text, 1, start)
	next
}
/^S \[SKIPPED\] \[[0-9.]+ seconds\]/ { skipped++ } # specs that a filter leaves to another step are not listed
/^ *\[SKIPPED\] / && !/\[SKIPPED\] in \[/ {
	reason = $0
	sub(/^ *\[SKIPPED\] /, "", reason)
	skip(reason)
}
/^(SUCCESS|FAIL)! -- [0-9]+ Passed/ { # -- 12 Passed | 0 Failed | 0 Pending | 1 Skipped
	passed += $3
	failed += $6
	skipped += $9 # pending
	if ($1 == "SUCCESS!") passed--; else failed-- # the test that runs the suite is not a spec
}

/^ *NOTE / {
	sub(/^ */, "")
	notes = notes "    " $0 "\n"
}

# Ginkgo: a failure's reason is between [FAILED] and its place.
/^ *\[FAILED\] / && !/\[FAILED\] in \[/ { reasonLines = 8 }
/^ *In \[/ { reasonLines = 0 }
/^ *\[FAIL\] / || reasonLines > 0 {
	why = why $0 "\n"
	reasonLines--
}

# A package ends.
/^\? *\t/ {
	forget()
	next
}
/^ok *\t/ {
	print
	printf "%s", notes
	n = split(order, reasons, "\n")
	for (i = 1; i < n; i++) printf "    skipped (%d): %s\n", skips[reasons[i]], reasons[i]
	forget()
	next
}
/^FAIL\t/ {
	if (/ failed\]$/) failed++ # its tests did not run
	printf "%s%s\n", text, $0
	print $0 "\n" why >> ENVIRON["WHY"]
	forget()
	next
}
{
	text = text $0 "\n"
	if (/^ +[a-z0-9_]+\.go:[0-9]+: /) said[running] = $0 # the last line is the reason if it skips
}

END {
	if (status != 0) printf "%s", text
	print passed + 0, failed + 0, skipped + 0 >> ENVIRON["TALLY"]
	exit status
}
