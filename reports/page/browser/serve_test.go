package browser

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// serve serves a folder until the test ends, and returns the address.
func serve(t *testing.T, folder string) string {
	t.Helper()
	cmd := cablepull(t, "serve", folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// start starts a process that the end of the test ends.
func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
}

// endless is a scenario of which so many runs take longer than any test.
const endless = `name: endless
about: Two members elect one of them.
tags: [quick]
duration: 40s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}}
`

// TestServe looks at served runs as people do: the token, the list with its
// filter, a page, two runs side by side, and a series of runs that goes on, is
// killed, and leaves what it had finished.
func TestServe(t *testing.T) {
	b := newTab(t)
	folder := t.TempDir()
	play(t, "cable-pull", "partition", "--out", filepath.Join(folder, "done"))
	address := serve(t, folder)
	b.open(strings.Split(address, "?")[0])
	if !value[bool](b, `document.body.innerText.includes("with its token")`) {
		t.Error("a browser without the token is let in")
	}
	b.complaints = nil // of the status 403
	b.open(address)
	if at := value[string](b, `location.search + document.cookie`); at != "" {
		t.Errorf("got %q, want a page whose address and scripts do not have the token", at)
	}
	b.await(`document.querySelectorAll("tbody tr").length === 2`)
	b.picture("list")
	value[bool](b, `(document.querySelector("input[name=name]").value = "partition", document.querySelector(".filter").requestSubmit(), true)`)
	b.await(`location.search.includes("partition") && document.querySelectorAll("tbody tr").length === 1`)
	value[bool](b, `(document.querySelector("tbody a[href$='report.html']").click(), true)`)
	b.await(`location.pathname.endsWith("/report.html") && document.querySelector("section.figure svg") && document.readyState === "complete"`)
	if !value[bool](b, `!document.querySelector(".filter").hidden`) {
		t.Error("the script of the page does not run")
	}
	b.open(strings.Split(address, "?")[0])
	value[bool](b, `(document.querySelectorAll("input[name=run]").forEach(e => { e.checked = true }), document.querySelector("form[action='/difference']").requestSubmit(), true)`)
	b.await(`location.pathname === "/difference" && document.querySelectorAll(".sides svg").length === 2 && document.querySelectorAll("tbody tr").length > 5`)
	b.picture("difference")
	b.narrow()
	b.live(folder, strings.Split(address, "?")[0])
	b.quiet()
}

// live watches a series of runs.
func (b *tab) live(folder, address string) {
	b.t.Helper()
	b.open(address)
	b.narrow()
	scenario := filepath.Join(folder, "endless.yaml")
	if err := os.WriteFile(scenario, []byte(endless), 0o644); err != nil {
		b.t.Fatal(err)
	}
	series := cablepull(b.t, "run", scenario, "--seeds", "1..100000", "--out", filepath.Join(folder, "going"))
	start(b.t, series)
	b.await(`document.querySelector(".series:not(.stopped) .total")?.textContent === "100000"`)
	seen := value[int](b, `Number(document.querySelector(".series .done")?.textContent)`)
	b.await(`Number(document.querySelector(".series .done")?.textContent) > ` + strconv.Itoa(seen) + ` && document.querySelectorAll("tbody tr").length > 2`)
	b.picture("live")
	if err := series.Process.Kill(); err != nil {
		b.t.Fatal(err)
	}
	_ = series.Wait() // it was killed
	b.await(`document.querySelector(".series.stopped")?.innerText.includes("was killed")`)
	value[bool](b, `(document.querySelector("select[name=tag]").value = "quick", document.querySelector(".filter").requestSubmit(), true)`)
	b.await(`location.search.includes("tag=quick") && document.querySelectorAll("tbody tr").length > 0 && !document.querySelector("main").innerText.includes("cable-pull")`)
	b.do(chromedp.Reload())
}
