package form

import (
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// joinPorts makes one word of HOST:PORT in a list within brackets. That is what
// YAML says of a colon without a space behind it, but where there are braces
// around the brackets the lexer takes it for a mapping: {list: [mq:5672]}.
func joinPorts(tokens token.Tokens) token.Tokens {
	var open []token.Type // brackets and braces
	kept := make(token.Tokens, 0, len(tokens))
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			open = append(open, t.Type)
		case token.MappingEndType, token.SequenceEndType:
			open = open[:max(0, len(open)-1)]
		}
		kept = append(kept, t)
		if len(open) == 0 || open[len(open)-1] != token.SequenceStartType || !begins(t) {
			continue
		}
		for i+2 < len(tokens) && follows(t, tokens[i+1], tokens[i+2]) {
			t.Value, t.Origin, t.Type = t.Value+":"+tokens[i+2].Value, t.Origin+":"+tokens[i+2].Origin, token.StringType
			i += 2
			if t.Next = nil; i+1 < len(tokens) {
				t.Next, tokens[i+1].Prev = tokens[i+1], t
			}
		}
	}
	return kept
}

// begins reports whether a token is the first one of an element.
func begins(t *token.Token) bool {
	return plain(t) && t.Prev != nil && (t.Prev.Type == token.SequenceStartType || t.Prev.Type == token.CollectEntryType)
}

// follows reports whether a colon and a word stand behind a word without a
// space.
func follows(t, colon, word *token.Token) bool {
	return colon.Type == token.MappingValueType && plain(word) &&
		colon.Position.Line == t.Position.Line && colon.Position.Column == t.Position.Column+utf8.RuneCountInString(t.Value) &&
		word.Position.Line == t.Position.Line && word.Position.Column == colon.Position.Column+1
}

// plain reports whether a token is a word without quotes.
func plain(t *token.Token) bool {
	switch t.Type {
	case token.StringType, token.IntegerType, token.FloatType, token.HexIntegerType, token.OctetIntegerType, token.BinaryIntegerType:
		return true
	}
	return false
}
