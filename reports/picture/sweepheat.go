package picture

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/cablepull/cablepull/reports"
)

// heatMaps draws each figure over two knobs as a map of coloured cells. With
// one knob, or more than two, there is none.
func heatMaps(s *reports.Sweep) []Figure {
	if len(s.Knobs) != 2 || len(s.Knobs[0].Values) < 2 || len(s.Knobs[1].Values) < 2 ||
		len(s.Points) < len(s.Knobs[0].Values)*len(s.Knobs[1].Values) { // points of a design are no grid
		return nil
	}
	var all []Figure
	for i, word := range s.Figures {
		all = append(all, heatMap(s, i, word))
	}
	return all
}

// shades is how many colours a map has, from pale to dark.
const shadesOfMap = 8

func heatMap(s *reports.Sweep, i int, word string) Figure {
	across, down := s.Knobs[0], s.Knobs[1]
	c := &canvas{width: pictureWidth}
	width := (c.width - gutter - margin) / float64(len(across.Values))
	height := min(max(320/float64(len(down.Values)), 14), 44)
	low, high := endsOf(s, i)
	for _, p := range s.Points {
		x := gutter + width*float64(slices.Index(across.Values, p.Values[0]))
		y := sweepTop + height*float64(slices.Index(down.Values, p.Values[1]))
		e := p.Figures[i]
		if e.Measured == 0 {
			c.rect("cell-none", x, y, width-1, height-1, settingText(s, p)+": not measured")
			continue
		}
		shade := 0
		if high > low {
			shade = min(int((e.Value-low)/(high-low)*shadesOfMap), shadesOfMap-1)
		}
		c.rect("cell-"+strconv.Itoa(shade), x, y, width-1, height-1, settingText(s, p)+": "+e.Text)
		if label := valueText(e); wide(label) < width-4 {
			ink := "cell-pale-text"
			if shade >= shadesOfMap/2 {
				ink = "cell-dark-text"
			}
			c.text("in "+ink, x+width/2, y+height/2+4, atMiddle, label)
		}
	}
	bottom := sweepTop + height*float64(len(down.Values))
	for n, value := range across.Values {
		c.text("tick", gutter+width*(float64(n)+0.5), bottom+14, atMiddle, value)
	}
	for n, value := range down.Values {
		c.text("tick", gutter-8, sweepTop+height*(float64(n)+0.5)+4, atEnd, value)
	}
	c.text("tick", (gutter+c.width-margin)/2, bottom+32, atMiddle, across.Name)
	c.text("tick", gutter, sweepTop-8, atStart, down.Name)
	return Figure{
		Name: "map-" + strconv.Itoa(i+1), Title: word + " over " + across.Name + " and " + down.Name,
		About:   fmt.Sprintf("One cell for each setting, darker where %s is larger. Rest the mouse on a cell for its interval.", word),
		Drawing: c.html(bottom+42, word+" over two knobs"),
	}
}

// endsOf are the smallest and the largest value of a figure.
func endsOf(s *reports.Sweep, i int) (low, high float64) {
	first := true
	for _, p := range s.Points {
		e := p.Figures[i]
		if e.Measured == 0 {
			continue
		}
		if first {
			low, high, first = e.Value, e.Value, false
		}
		low, high = min(low, e.Value), max(high, e.Value)
	}
	return low, high
}

// valueText is the value of an estimate alone.
func valueText(e reports.Estimate) string { return valueAxis{unit: e.Unit}.label(e.Value) }
