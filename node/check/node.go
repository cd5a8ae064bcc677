package check

import (
	"bytes"
	"encoding/xml"
	"slices"

	"github.com/antchfx/xpath"
)

// node is a part of an XML document, by the model of XPath 1.0 §5: texts next
// to each other are one, and namespaces are no attributes. Processing
// instructions and document types are left out, as no expression can name them.
type node struct {
	kind       xpath.NodeType
	name       xml.Name // of an element or attribute; Space is the prefix
	text       []byte   // of an attribute, text or comment
	parent     *node    // nil for the root
	index      int      // among the children or attributes of its parent
	children   []*node
	attributes []*node
	spaces     map[string]string // by prefix, the namespaces that an element declares
}

// add appends a child.
func (n *node) add(child *node) {
	child.parent, child.index = n, len(n.children)
	n.children = append(n.children, child)
}

// element appends an element with its attributes, and returns it.
func (n *node) element(start xml.StartElement) *node {
	e := &node{kind: xpath.ElementNode, name: start.Name}
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns":
			e.declare(a.Name.Local, a.Value)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			e.declare("", a.Value)
		default:
			e.attributes = append(e.attributes, &node{
				kind: xpath.AttributeNode, name: a.Name, text: []byte(a.Value),
				parent: e, index: len(e.attributes),
			})
		}
	}
	n.add(e)
	return e
}

// declare gives the prefix, or elements without one, a namespace.
func (n *node) declare(prefix, space string) {
	if n.spaces == nil {
		n.spaces = make(map[string]string)
	}
	n.spaces[prefix] = space
}

// characters appends to the text at the end.
func (n *node) characters(text []byte) {
	if last := len(n.children) - 1; last >= 0 && n.children[last].kind == xpath.TextNode {
		n.children[last].text = append(n.children[last].text, text...)
		return
	}
	n.add(&node{kind: xpath.TextNode, text: bytes.Clone(text)})
}

// declared reports whether the prefixes of an element and its attributes stand
// for namespaces.
func (n *node) declared() bool {
	unknown := func(named *node) bool {
		_, ok := named.space()
		return !ok
	}
	return !unknown(n) && !slices.ContainsFunc(n.attributes, unknown)
}

// space returns the namespace of an element or attribute, or false if its
// prefix was not declared. Without a prefix, an attribute has none.
func (n *node) space() (string, bool) {
	prefix := n.name.Space
	switch {
	case prefix == "xml":
		return "http://www.w3.org/XML/1998/namespace", true
	case prefix == "" && n.kind == xpath.AttributeNode:
		return "", true
	}
	for at := n; at != nil; at = at.parent {
		if space, ok := at.spaces[prefix]; ok {
			return space, true
		}
	}
	return "", prefix == ""
}

// appendText appends the value of a node (XPath 1.0 §5): of an element and of
// the root, all texts within.
func (n *node) appendText(to []byte) []byte {
	for _, child := range n.children {
		if child.kind != xpath.CommentNode {
			to = child.appendText(to)
		}
	}
	return append(to, n.text...)
}

// siblings are the nodes among which a node has its index.
func (n *node) siblings() []*node {
	switch {
	case n.parent == nil:
		return nil
	case n.kind == xpath.AttributeNode:
		return n.parent.attributes
	}
	return n.parent.children
}
