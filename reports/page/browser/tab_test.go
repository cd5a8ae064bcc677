package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tabMax is how long a test may use a tab.
const tabMax = 2 * time.Minute

// tab is a tab of the browser. It notes what its pages ask for and complain of.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	requests   []string
	complaints []string
}

// newTab opens a tab for a test, which is skipped if there is no browser.
func newTab(t *testing.T) *tab {
	t.Helper()
	if browserContext == nil {
		t.Skipf("no browser: none of %s is installed (apt install chromium)", strings.Join(chromiumNames, ", "))
	}
	ctx, closeTab := chromedp.NewContext(browserContext)
	t.Cleanup(closeTab)
	b := &tab{t: t, ctx: ctx}
	b.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		if _, err := cdp.Call(ctx, s, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, s, log.Enable, cdp.Empty{})
		return err
	}))
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	limited, end := context.WithTimeout(ctx, tabMax)
	t.Cleanup(end)
	b.ctx = limited
	return b
}

// note notes an event of the browser.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprintf("%s: %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, fmt.Sprintf("%s: %s", e.Entry.Level, e.Entry.Text))
	}
}

// asked returns what was asked for, other than data inside of pages.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, r := range b.requests {
		if !strings.HasPrefix(r, "data:") {
			all = append(all, r)
		}
	}
	return all
}

// quiet fails if a page complained of anything.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the browser complains: %s", c)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open opens an address.
func (b *tab) open(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
}

// openFile opens a file as a double click does.
func (b *tab) openFile(path string) {
	b.t.Helper()
	b.open("file://" + filepath.ToSlash(path))
}

// value evaluates an expression in the page of a tab.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%v: %s", err, expression)
	}
	return v
}

// await waits until an expression is true in the page, however often that is
// replaced meanwhile.
func (b *tab) await(expression string) {
	b.t.Helper()
	for {
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		switch {
		case err == nil && v:
			return
		case b.ctx.Err() != nil:
			text, _ := chromedp.Run(browserContext, chromedp.Evaluate[string]("document.body.innerText"))
			b.t.Fatalf("never true: %s (%v)\n%s", expression, err, text)
		}
	}
}

// like makes the page believe what somebody prefers, such as a dark one.
func (b *tab) like(media, scheme string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, s *chromedp.Target) error {
		_, err := cdp.Call(ctx, s, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// picture leaves a screenshot of the whole page among the artefacts of the
// test, from its beginning. It takes a while, so only if they are kept.
func (b *tab) picture(name string) {
	b.t.Helper()
	if keep := flag.Lookup("test.artifacts"); keep == nil || keep.Value.String() != "true" {
		return
	}
	value[bool](b, `(scrollTo(0, 0), true)`)
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	b.keep(name+".png", png)
}

// keep leaves a file among the artefacts of the test.
func (b *tab) keep(name string, content []byte) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name), content, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
