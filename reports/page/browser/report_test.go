package browser

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// reports are the pages to look at: each shows something that others do not.
var reports = []struct {
	name  string
	args  []string
	plots bool // it has something to zoom into
}{
	{"cable-pull", []string{"cable-pull"}, false},
	{"partition", []string{"partition"}, false},
	{"self-balance-crash", []string{"self-balance-crash"}, false},
	{"lb-almost-dead", []string{"lb-almost-dead", "--variant", "type=Standard"}, true},
}

// TestReports opens each page from the disk and looks at it as people do.
func TestReports(t *testing.T) {
	for _, r := range reports {
		t.Run(r.name, func(t *testing.T) {
			b := newTab(t)
			out := filepath.Join(scratch, r.name)
			play(t, append(r.args, "--out", out)...)
			b.openFile(reportBelow(t, out))
			b.complete()
			b.readable()
			b.unfolds()
			if r.plots {
				b.zooms()
			}
			b.picture("light")
			b.narrow()
			b.dark()
			b.prints()
			b.quiet()
			if asked := b.asked(); len(asked) != 1 {
				t.Errorf("the page asks for %q, want only itself", asked)
			}
		})
	}
}

// TestLibrary opens the page about many runs.
func TestLibrary(t *testing.T) {
	b := newTab(t)
	page := filepath.Join(scratch, "library.html")
	play(t, "cable-pull", "partition", "graceful", "--seeds", "1,2", "--report", page)
	b.openFile(page)
	if n := value[int](b, `document.querySelectorAll(".runs > .run").length`); n != 6 {
		t.Errorf("got %d runs, want 6", n)
	}
	b.readable()
	b.unfolds()
	value[bool](b, `(() => { const f = document.getElementById("filter"); f.value = "cable-pull seed 2"; f.dispatchEvent(new Event("input")); return true })()`)
	if n := value[int](b, `[...document.querySelectorAll(".runs > .run")].filter(e => !e.hidden).length`); n != 1 {
		t.Errorf("got %d runs with a filter, want 1", n)
	}
	b.picture("light")
	b.narrow()
	b.dark()
	b.prints()
	b.quiet()
	if asked := b.asked(); len(asked) != 1 {
		t.Errorf("the page asks for %q, want only itself", asked)
	}
}

// complete fails if a picture or a plot is empty.
func (b *tab) complete() {
	b.t.Helper()
	for _, empty := range value[[]string](b, `[...document.querySelectorAll("section.figure")].flatMap(s => {
		const bad = [];
		for (const svg of s.querySelectorAll("svg")) {
			const box = svg.getBoundingClientRect();
			const shapes = [...svg.querySelectorAll("rect, path, circle, line")].filter(e => { const b = e.getBoundingClientRect(); return b.width > 0 || b.height > 0 });
			if (box.width < 100 || box.height < 10 || !shapes.length) bad.push(s.id + ": picture of " + box.width + " x " + box.height + " with " + shapes.length + " shapes");
		}
		for (const plot of s.querySelectorAll(".plot")) {
			const c = plot.querySelector("canvas");
			const data = c && c.width && c.height ? c.getContext("2d").getImageData(0, 0, c.width, c.height).data : [];
			const drawn = data.length ? data.filter((v, i) => i % 4 == 3 && v).length : 0;
			if (drawn < 500) bad.push(s.id + ": plot with " + drawn + " drawn pixels");
		}
		if (!s.querySelector("svg, .plot")) bad.push(s.id + ": neither picture nor plot");
		return bad;
	})`) {
		b.t.Errorf("empty: %s", empty)
	}
	if n := value[int](b, `document.querySelectorAll("section.figure").length`); n < 2 {
		b.t.Errorf("got %d pictures, want some", n)
	}
}

// readable fails if two labels of a picture overlap, or one leaves its picture.
func (b *tab) readable() {
	b.t.Helper()
	problems := value[[]string](b, `[...document.querySelectorAll("svg")].flatMap(svg => {
		const outer = svg.getBoundingClientRect(), bad = [];
		if (!outer.width) return bad;
		const name = (svg.closest("[id]") || svg).id + " ";
		const labels = [...svg.querySelectorAll("text")].filter(e => e.textContent.trim()).map(e => ({ text: e.textContent.trim(), box: e.getBoundingClientRect() }));
		labels.forEach((a, i) => {
			if (a.box.left < outer.left - 1 || a.box.right > outer.right + 1 || a.box.top < outer.top - 1 || a.box.bottom > outer.bottom + 1)
				bad.push(name + JSON.stringify(a.text) + " leaves the picture");
			for (const b of labels.slice(i + 1)) {
				const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
				const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
				if (across > 1 && down > 3) bad.push(name + JSON.stringify(a.text) + " and " + JSON.stringify(b.text) + " overlap by " + across.toFixed(1) + " x " + down.toFixed(1));
			}
		});
		return bad;
	})`)
	for i, p := range problems {
		if i == 20 {
			b.t.Errorf("and %d more", len(problems)-i)
			break
		}
		b.t.Error(p)
	}
}

// unfolds reaches the first fold by the keyboard alone, and opens it.
func (b *tab) unfolds() {
	b.t.Helper()
	value[bool](b, `(document.activeElement?.blur(), scrollTo(0, 0), true)`)
	for range 200 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if value[string](b, `document.activeElement.tagName`) != "SUMMARY" {
			continue
		}
		const open = `document.activeElement.closest("details").open`
		before := value[bool](b, open)
		if ring := value[string](b, `getComputedStyle(document.activeElement).outlineStyle`); ring == "none" {
			b.t.Error("nobody sees which fold has the keyboard")
		}
		b.do(chromedp.KeyEvent(kb.Enter))
		if value[bool](b, open) == before {
			b.t.Error("Enter does not open the fold")
		}
		return
	}
	b.t.Error("no fold can be reached by Tab")
}

// point is a place in the window.
type point struct{ X, Y float64 }

// zooms drags over the first plot, and puts it back by a double click.
func (b *tab) zooms() {
	b.t.Helper()
	const drawn = `document.querySelector(".plot canvas").toDataURL()`
	at := value[point](b, `(() => { const over = document.querySelector(".plot .u-over"); over.scrollIntoView({ block: "center", behavior: "instant" });
		const r = over.getBoundingClientRect(); return { X: r.left + r.width * 0.3, Y: r.top + r.height / 2 } })()`)
	before := value[string](b, drawn)
	b.do(
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X+100, at.Y, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X+200, at.Y, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at.X+200, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1)),
	)
	if value[string](b, drawn) == before {
		b.t.Error("dragging over a plot does not zoom")
	}
	b.picture("zoomed")
	value[bool](b, `document.querySelector(".plot .u-over").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }))`)
	if value[string](b, drawn) != before {
		b.t.Error("a double click does not put the plot back")
	}
}

// narrow looks at the page on a telephone.
func (b *tab) narrow() {
	b.t.Helper()
	// Plots follow the event, which comes a frame after the change.
	value[bool](b, `(() => { addEventListener("resize", () => { document.body.dataset.resized = innerWidth }); return true })()`)
	b.do(chromedp.EmulateViewport(400, 800))
	b.await(`document.body.dataset.resized === "400"`)
	if wide := value[int](b, `document.documentElement.scrollWidth`); wide > 400 {
		b.t.Errorf("the page is %d pixels wide in a window of 400; outermost: %s", wide, value[string](b, `[...document.querySelectorAll("body *")]
			.filter(e => e.getBoundingClientRect().right > 401 && !e.closest(".scroll, .drawing, .plot, svg, .unseen")).slice(0, 5)
			.map(e => e.tagName + "." + e.className + " " + e.getBoundingClientRect().right.toFixed() + " " + e.textContent.slice(0, 40)).join("; ")`))
	}
	b.picture("narrow")
	b.do(chromedp.EmulateViewport(1280, 900))
}

// dark looks at the page at night: text and paper must be far apart.
func (b *tab) dark() {
	b.t.Helper()
	const contrast = `(() => {
		const light = c => { const [r, g, b] = c.match(/[\d.]+/g).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }); return .2126 * r + .7152 * g + .0722 * b };
		const s = getComputedStyle(document.body), ink = light(s.color), paper = light(s.backgroundColor);
		return [(Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05), paper];
	})()`
	for _, scheme := range []string{"dark", "light"} {
		b.like("", scheme)
		got := value[[]float64](b, contrast)
		if got[0] < 7 || (got[1] < .2) != (scheme == "dark") {
			b.t.Errorf("%s: got contrast %.1f on a paper of lightness %.2f", scheme, got[0], got[1])
		}
		if scheme == "dark" {
			b.picture("dark")
		}
	}
}

// prints makes a PDF, on paper of the light kind, with all folds open.
func (b *tab) prints() {
	b.t.Helper()
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground()))
	if err != nil {
		b.t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 20_000 || bytes.Count(pdf, []byte("/Type /Page\n")) == 0 && !strings.Contains(string(pdf), "/Pages") {
		b.t.Errorf("got a PDF of %d bytes", len(pdf))
	}
	b.keep("printed.pdf", pdf)
}
