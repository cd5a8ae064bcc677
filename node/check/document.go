package check

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/antchfx/xpath"
	"golang.org/x/text/encoding/charmap"

	"github.com/cablepull/cablepull/sim/topology"
)

// Limits of a document, whose tree takes dozens of times the memory of its
// text.
const (
	nodesMax = 10_000 // elements, attributes, texts and comments
	depthMax = 200    // elements within elements
)

var (
	errNotXML   = errors.New("not XML")
	errTooLarge = errors.New("answer too large")
)

// isTrue is fulfilled by a document of which an XPath expression is true: by
// the rules of XPath 1.0 §4.3, a set of nodes is if it is not empty, a number
// if it is not 0, and a text if it is not empty. So the product's default, /,
// is true of every document (spec/failover.md F40).
func isTrue(expression string) condition {
	return func(body []byte) (err error) {
		// No library promises not to panic on what a peer sends.
		defer func() {
			if recover() != nil {
				err = errors.New("XPath failed")
			}
		}()
		root, err := parse(body)
		if err != nil {
			return err
		}
		// An expression keeps state while it is evaluated, so each check has its own.
		x, err := topology.ParseXPath(expression)
		if err != nil {
			return err
		}
		if !truth(x.Evaluate(&navigator{root})) {
			return errors.New("XPath false")
		}
		return nil
	}
}

// truth is the function boolean() of XPath.
func truth(value any) bool {
	switch v := value.(type) {
	case bool:
		return v
	case float64:
		return v != 0 && v == v // NaN is false
	case string:
		return v != ""
	case *xpath.NodeIterator:
		return v.MoveNext()
	}
	return false
}

// parse returns the root of a body that is one well-formed document within the
// limits. Entities that a document defines itself are errors: package
// encoding/xml does not expand them, so there are no bombs of entities.
func parse(body []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = decoded
	root := &node{kind: xpath.RootNode}
	at, roots, depth := root, 0, 0
	for nodes := 0; nodes <= nodesMax && depth <= depthMax; nodes++ {
		// Token would replace prefixes, which are what an XPath compares.
		token, err := d.RawToken()
		switch {
		case err == io.EOF && at == root && roots == 1:
			return root, nil
		case err != nil:
			return nil, errNotXML
		}
		switch token := token.(type) {
		case xml.StartElement:
			if at == root {
				roots++
			}
			if at = at.element(token); !at.declared() || roots > 1 {
				return nil, errNotXML
			}
			depth++
			nodes += len(token.Attr)
		case xml.EndElement:
			if at == root || token.Name != at.name {
				return nil, errNotXML
			}
			at = at.parent
			depth--
			nodes--
		case xml.CharData:
			if at != root {
				at.characters(token)
			} else if len(bytes.TrimSpace(token)) > 0 {
				return nil, errNotXML
			}
		case xml.Comment:
			at.add(&node{kind: xpath.CommentNode, text: bytes.Clone(token)})
		}
	}
	return nil, errTooLarge
}

// decoded reads a document that says it is not in UTF-8, but in one of the
// character sets that have one byte for each character. All of them together
// are a tenth of the size of the others.
func decoded(name string, text io.Reader) (io.Reader, error) {
	name = plain(name)
	if name == "usascii" {
		name = "iso88591"
	}
	for _, set := range charmap.All {
		if m, ok := set.(*charmap.Charmap); ok && plain(m.String()) == name {
			return m.NewDecoder().Reader(text), nil
		}
	}
	return nil, fmt.Errorf("check: character set %q: want UTF-8, or one byte for each character", name)
}

// plain returns the name of a character set without what is written in more
// than one way: ISO 8859-1 or iso-8859-1.
func plain(name string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(name))
}
