package check

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"github.com/antchfx/xmlquery"
	"github.com/antchfx/xpath"
	"golang.org/x/net/html/charset"

	"github.com/cablepull/cablepull/sim/topology"
)

// Limits of a document. The tree is built only of documents within them: it
// takes dozens of times the memory of the text, and to append a text or comment
// to it takes time that grows with the number of neighbours.
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
		if err := scan(body); err != nil {
			return err
		}
		// Neither library promises not to panic on what a peer sends.
		defer func() {
			if recover() != nil {
				err = errors.New("XPath failed")
			}
		}()
		root, err := xmlquery.Parse(bytes.NewReader(body))
		if err != nil {
			return errNotXML
		}
		// An expression keeps state while it is evaluated, so each check has its own.
		x, err := topology.ParseXPath(expression)
		if err != nil {
			return err
		}
		if !truth(x.Evaluate(xmlquery.CreateXPathNavigator(root))) {
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

// scan checks that a body is one well-formed document within the limits. It
// builds nothing. Entities that a document defines itself are errors: package
// encoding/xml does not expand them, so there are no bombs of entities.
func scan(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset.NewReaderLabel
	roots, depth := 0, 0
	for nodes := 0; nodes <= nodesMax && depth <= depthMax; nodes++ {
		token, err := d.Token()
		switch {
		case err == io.EOF && roots == 1:
			return nil
		case err != nil:
			return errNotXML
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			nodes += len(token.Attr)
		case xml.EndElement:
			depth--
			nodes--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return errNotXML
			}
		}
		if roots > 1 {
			return errNotXML
		}
	}
	return errTooLarge
}
