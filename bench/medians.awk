# medians.awk reads lines of key=value, one line per run, and prints one line per setting with the median of
# every figure that was measured. Lines belong to the same setting when all keys that are not measured agree:
# a key is measured when it ends in _s (seconds, or something per second).

{
	setting = ""
	for (i = 1; i <= NF; i++)
		if ($i !~ /_s=/)
			setting = setting $i " "
	if (!(setting in runs))
		order[++settings] = setting
	run = ++runs[setting]
	figures[setting] = 0
	for (i = 1; i <= NF; i++) {
		if ($i !~ /_s=/)
			continue
		split($i, pair, "=")
		name[setting, ++figures[setting]] = pair[1]
		value[setting, pair[1], run] = pair[2] + 0
	}
}

END {
	for (s = 1; s <= settings; s++) {
		setting = order[s]
		line = setting "runs=" runs[setting]
		for (i = 1; i <= figures[setting]; i++)
			line = line " " name[setting, i] "=" median(setting, name[setting, i])
		print line
	}
}

function median(setting, key,    n, i, j, v, sorted) {
	n = runs[setting]
	for (i = 1; i <= n; i++) {
		v = value[setting, key, i]
		for (j = i; j > 1 && sorted[j - 1] > v; j--)
			sorted[j] = sorted[j - 1]
		sorted[j] = v
	}
	return (sorted[int((n + 1) / 2)] + sorted[int((n + 2) / 2)]) / 2
}
