package check

import "github.com/antchfx/xpath"

// navigator is a place in a document, for package xpath. xmlquery has one too,
// but brings the tables of all character sets, 0.8 MB; tests compare the two.
type navigator struct{ at *node }

var _ xpath.NodeNavigator = (*navigator)(nil)

func (v *navigator) NodeType() xpath.NodeType { return v.at.kind }

func (v *navigator) LocalName() string { return v.at.name.Local }

func (v *navigator) Prefix() string { return v.at.name.Space }

// NamespaceURL is what package xpath calls for namespace-uri().
func (v *navigator) NamespaceURL() string {
	space, _ := v.at.space()
	return space
}

func (v *navigator) Value() string { return string(v.at.appendText(nil)) }

func (v *navigator) Copy() xpath.NodeNavigator { return &navigator{v.at} }

func (v *navigator) MoveToRoot() {
	for v.MoveToParent() {
	}
}

func (v *navigator) MoveToParent() bool {
	if v.at.parent == nil {
		return false
	}
	v.at = v.at.parent
	return true
}

// MoveToNextAttribute moves from an element to its first attribute, and from an
// attribute to the next.
func (v *navigator) MoveToNextAttribute() bool {
	if v.at.kind == xpath.AttributeNode {
		return v.moveTo(v.at.siblings(), v.at.index+1)
	}
	return v.moveTo(v.at.attributes, 0)
}

func (v *navigator) MoveToChild() bool { return v.moveTo(v.at.children, 0) }

func (v *navigator) MoveToFirst() bool { return v.at.index > 0 && v.moveToChild(0) }

func (v *navigator) MoveToNext() bool { return v.moveToChild(v.at.index + 1) }

func (v *navigator) MoveToPrevious() bool { return v.moveToChild(v.at.index - 1) }

// MoveTo moves to the place of another navigator of the same document.
func (v *navigator) MoveTo(other xpath.NodeNavigator) bool {
	o, ok := other.(*navigator)
	if ok {
		v.at = o.at
	}
	return ok
}

// moveToChild moves to a sibling that is a child, as attributes are not.
func (v *navigator) moveToChild(index int) bool {
	return v.at.kind != xpath.AttributeNode && v.moveTo(v.at.siblings(), index)
}

// moveTo moves to one of some nodes, if there is one of that index.
func (v *navigator) moveTo(nodes []*node, index int) bool {
	if index < 0 || index >= len(nodes) {
		return false
	}
	v.at = nodes[index]
	return true
}
