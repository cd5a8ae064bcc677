package form

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a document. They are far above what a document needs, and low
// enough to keep parsing fast: the parser recurses for each level, and each use
// of an alias costs as much as its value.
const (
	SizeMax    = 1 << 20 // bytes
	depthMax   = 40      // levels of mappings and lists
	tokenMax   = 200_000 // words and signs
	KeyMax     = 6000    // keys of one mapping in block style: the parser's time and memory grow with their square
	visitMax   = 200_000 // values, aliases counted each time they are used
	ProblemMax = 50      // problems reported of one file
)

// syntax is what is wrong with a document as YAML.
type syntax struct {
	at      Place
	message string
}

// parseYAML returns the tree of the one document in data, nil if it is empty.
// Noun is what errors call the document.
func parseYAML(data []byte, noun string) (root ast.Node, wrong *syntax) {
	switch {
	case len(data) > SizeMax:
		return nil, &syntax{Place{1, 1}, fmt.Sprintf("got a file of %d bytes, want at most %d", len(data), SizeMax)}
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, &syntax{Place{1, 1}, "the file is UTF-16 text, want UTF-8"}
	case !utf8.Valid(data):
		return nil, &syntax{Place{1, 1}, "the file is not UTF-8 text"}
	}
	// The parser is not ours and the text may be anything, so a panic becomes a
	// syntax error.
	defer func() {
		if p := recover(); p != nil {
			root, wrong = nil, &syntax{Place{1, 1}, fmt.Sprintf("cannot parse this as YAML: %v", p)}
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if wrong := checkBounds(tokens); wrong != nil {
		return nil, wrong
	}
	file, err := parser.Parse(joinPorts(tokens), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxOf(err)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			return nil, &syntax{placeOf(doc.Body.GetToken()), "got a second document, want one " + noun + " in a file"}
		}
		root = doc.Body
	}
	return root, nil
}

// level is an open level of indentation.
type level struct {
	column int // at which it begins
	keys   int // so far
}

// indented returns the levels of indentation after a line that begins in a
// column. The lexer's own count grows with each line that ends several levels.
func indented(levels []level, column int) []level {
	for len(levels) > 0 && levels[len(levels)-1].column > column {
		levels = levels[:len(levels)-1]
	}
	if len(levels) > 0 && levels[len(levels)-1].column == column {
		return levels
	}
	return append(levels, level{column: column})
}

func syntaxOf(err error) *syntax {
	var positioned interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &positioned) {
		message := positioned.GetMessage()
		if strings.Contains(message, "character '\t'") {
			message = "got a tab, want spaces: YAML allows no other indentation"
		}
		return &syntax{placeOf(positioned.GetToken()), message}
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return &syntax{Place{1, 1}, first}
}

// checkBounds looks for what would make the parser take too long, or nesting
// that would make it exhaust the stack, which cannot be recovered from. Nesting
// by indentation is bounded by the size of the file: each level costs a longer
// line.
func checkBounds(tokens token.Tokens) *syntax {
	if len(tokens) > tokenMax {
		return &syntax{placeOf(tokens[tokenMax]), fmt.Sprintf("got more than %d words and signs", tokenMax)}
	}
	flow, block, line, effort := 0, 0, 0, 0
	var levels []level
	for _, t := range tokens {
		at := placeOf(t)
		if at.Line != line {
			block, line = 0, at.Line
			if flow <= 0 {
				levels = indented(levels, at.Column)
			}
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			block++
		case token.MappingValueType:
			if last := len(levels) - 1; flow <= 0 && last >= 0 {
				levels[last].keys++
				effort += levels[last].keys // in the end half the square of each mapping
			}
		}
		if flow > depthMax || block > depthMax || len(levels) > depthMax {
			return &syntax{at, fmt.Sprintf("nested deeper than %d levels", depthMax)}
		}
		if effort > KeyMax*KeyMax/2 {
			return &syntax{at, fmt.Sprintf("got too many keys to read, want at most %d in one mapping in block style; those within {} do not count", KeyMax)}
		}
	}
	return nil
}
