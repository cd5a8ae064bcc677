package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/antchfx/xmlquery"
	"github.com/antchfx/xpath"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/sim/topology"
)

// drawElement draws an element of few names, so that expressions meet some.
// There are no blanks between elements, which xmlquery counts in one direction
// and not in the other, nor CDATA, which it leaves out of text().
func drawElement(t *rapid.T, depth int) string {
	name := rapid.SampledFrom([]string{"a", "b", "p:a", "p:b", "q:a"}).Draw(t, "name")
	var b strings.Builder
	fmt.Fprintf(&b, "<%s", name)
	for _, attribute := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "p:x", "xml:lang"}), 0, 3, rapid.ID).Draw(t, "attributes") {
		fmt.Fprintf(&b, " %s='%d'", attribute, rapid.IntRange(0, 3).Draw(t, "value"))
	}
	b.WriteString(">")
	text := false // two texts would be one
	for range rapid.IntRange(0, 4).Draw(t, "children") {
		switch kind := rapid.IntRange(0, 4).Draw(t, "kind"); {
		case kind == 0 && !text:
			fmt.Fprintf(&b, "%d&amp;", rapid.IntRange(0, 3).Draw(t, "text"))
			text = true
		case kind == 1:
			b.WriteString("<!--c-->")
			text = false
		case depth < 4:
			b.WriteString(drawElement(t, depth+1))
			text = false
		}
	}
	fmt.Fprintf(&b, "</%s>", name)
	return b.String()
}

// drawExpression draws steps along any axes, and what is asked of them.
func drawExpression(t *rapid.T) string {
	axes := []string{
		"", "", "ancestor::", "ancestor-or-self::", "descendant::", "descendant-or-self::", "following::", "following-sibling::",
		"parent::", "preceding::", "preceding-sibling::", "self::",
	}
	tests := []string{"a", "b", "p:a", "p:b", "*", "node()", "text()", "comment()"}
	conditions := []string{"", "", "[1]", "[2]", "[last()]", "[@x]", "[@p:x='1']", "[b]", "[.='1&']", "[position()>1]", "[not(a)]", "[text()]"}
	var b strings.Builder
	for range rapid.IntRange(1, 3).Draw(t, "steps") {
		b.WriteString(rapid.SampledFrom([]string{"/", "//"}).Draw(t, "separator"))
		b.WriteString(rapid.SampledFrom(axes).Draw(t, "axis"))
		b.WriteString(rapid.SampledFrom(tests).Draw(t, "test"))
		b.WriteString(rapid.SampledFrom(conditions).Draw(t, "condition"))
	}
	b.WriteString(rapid.SampledFrom([]string{"", "", "/@*", "/@x", "/@x/..", "/@xml:lang"}).Draw(t, "attribute"))
	function := rapid.SampledFrom([]string{"", "", "count", "string", "boolean", "name", "namespace-uri", "sum"}).Draw(t, "function")
	if function == "" {
		return b.String()
	}
	return function + "(" + b.String() + ")"
}

// answers says what an expression finds from a root: a value, or the nodes.
func answers(t *rapid.T, expression string, root xpath.NodeNavigator) (found []string) {
	x, err := topology.ParseXPath(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	defer func() {
		if why := recover(); why != nil {
			found = append(found, "panic")
		}
	}()
	value := x.Evaluate(root)
	nodes, ok := value.(*xpath.NodeIterator)
	if !ok {
		return []string{fmt.Sprint(value)}
	}
	for nodes.MoveNext() {
		at := nodes.Current()
		found = append(found, fmt.Sprintf("%d %s:%s=%s", at.NodeType(), at.Prefix(), at.LocalName(), at.Value()))
	}
	return found
}

// theirs is a place in a document of xmlquery, corrected: to XPath 1.0 §5 a
// text has no name, and the value of the root is all of its texts.
type theirs struct{ *xmlquery.NodeNavigator }

func (v theirs) LocalName() string {
	if kind := v.NodeType(); kind != xpath.ElementNode && kind != xpath.AttributeNode {
		return ""
	}
	return v.NodeNavigator.LocalName()
}

func (v theirs) Value() string {
	if v.NodeType() == xpath.RootNode {
		return v.Current().InnerText()
	}
	return v.NodeNavigator.Value()
}

func (v theirs) Copy() xpath.NodeNavigator {
	return theirs{v.NodeNavigator.Copy().(*xmlquery.NodeNavigator)}
}

func (v theirs) MoveTo(other xpath.NodeNavigator) bool {
	return v.NodeNavigator.MoveTo(other.(theirs).NodeNavigator)
}

// newTheirs reads a document without what are no nodes: a declaration that
// xmlquery adds itself, and those of namespaces.
func newTheirs(t *rapid.T, body string) xpath.NodeNavigator {
	root, err := xmlquery.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	xmlquery.RemoveFromTree(root.FirstChild)
	root.FirstChild.Attr = nil
	return theirs{xmlquery.CreateXPathNavigator(root)}
}

// TestNavigatorAgreesWithXMLQuery: expressions find in a document what they
// find in that of xmlquery.
func TestNavigatorAgreesWithXMLQuery(t *testing.T) {
	const spaces = ` xmlns:p="urn:p" xmlns:q="urn:q"`
	rapid.Check(t, func(t *rapid.T) {
		body := "<r" + spaces + ">" + drawElement(t, 0) + "</r>"
		expression := drawExpression(t)
		ours, err := parse([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		want := answers(t, expression, newTheirs(t, body))
		got := answers(t, expression, &navigator{ours})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s of %s (-xmlquery +ours):\n%s", expression, body, diff)
		}
	})
}
