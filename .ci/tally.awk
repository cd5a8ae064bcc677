# Reads the output of `go test -v` for some packages, then a line "exit STATUS".
# Prints a passing package as one line, of a failing one all that is not about
# tests that pass, names what was skipped and why, appends "passed failed
# skipped" to the file $TALLY, and exits with the status. A Ginkgo suite counts
# by its specs.

/^exit [0-9]+$/ { status = $2; next }
/^=== (RUN|PAUSE|CONT|NAME) / { next }
/^ *--- PASS: / {
	passed++
	next
}
/^ *--- FAIL: / { failed++ }
/^ *--- SKIP: / {
	skipped++
	sub(/^ */, "", before)
	skips = skips "    skipped: " $3 ": " before "\n"
}
/^(SUCCESS|FAIL)! -- [0-9]+ Passed/ { # -- 12 Passed | 0 Failed | 0 Pending | 1 Skipped
	passed += $3
	failed += $6
	skipped += $9 + $12
	if ($1 == "SUCCESS!") passed--; else failed-- # the test that runs the suite is no spec
}
/^\[SKIPPED\] / { skips = skips "    skipped: " $0 "\n" }
/^\? *\t/ { text = ""; next }
/^ok *\t/ {
	print
	printf "%s", skips
	text = skips = ""
	next
}
/^FAIL\t/ {
	if (/ failed\]$/) failed++ # its tests did not even run
	printf "%s%s\n", text, $0
	text = skips = ""
	next
}
{
	text = text $0 "\n"
	before = $0
}

END {
	if (status != 0) printf "%s", text
	print passed + 0, failed + 0, skipped + 0 >> ENVIRON["TALLY"]
	exit status
}
