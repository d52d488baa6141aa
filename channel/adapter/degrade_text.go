package adapter

import (
	"slices"
	"sort"
	"strings"

	"github.com/parley-go/parley/channel"
)

// rendered is a text as the platform gets it, and what it was: the source, with insertions, and with fewer styles.
type rendered struct {
	text   string
	styles []channel.Style

	source       string
	sourceStyles []channel.Style
	insertions   []insertion // in order
	plainLinks   bool        // the platform has no links
	linesAt      int         // where in text the lines of a keyboard begin
	lined        bool        // there are such lines
}

// insertion is text that the source has not.
type insertion struct {
	source int // where in the source it goes
	at     int // where in the text it is
	text   string
}

// remains is what is left of a section in the form that was asked for.
type remains struct {
	text   string
	styles []channel.Style
	taken  int // items that are not left
}

func plain(text string) rendered { return rendered{text: text, source: text} }

// render drops the styles that the platform lacks, and writes the URLs of links that it has not.
func (p *planner) render(text string, styles []channel.Style) rendered {
	r := rendered{text: text, styles: styles, source: text, sourceStyles: styles}
	kept := make([]channel.Style, 0, len(styles))
	for _, s := range styles {
		if !p.lacks(styleFeature(s.Kind)) {
			kept = append(kept, s)
			continue
		}
		if s.Kind != channel.StyleLink {
			continue
		}
		r.plainLinks = true
		if !showsURL(text[s.Start:s.End], s.URL) {
			r.insertions = append(r.insertions, insertion{source: s.End, text: " (" + s.URL + ")"})
		}
	}
	if len(kept) < len(styles) {
		r.styles = kept
	}
	r.insert()
	return r
}

// showsURL reports whether a link's text ends with its URL, so that writing that again tells nothing.
func showsURL(text, url string) bool { return strings.HasSuffix(strings.TrimSpace(text), url) }

// insert makes text and styles of the source and the insertions.
func (r *rendered) insert() {
	if len(r.insertions) == 0 {
		return
	}
	slices.SortStableFunc(r.insertions, func(a, b insertion) int { return a.source - b.source })
	var b strings.Builder
	from := 0
	for i := range r.insertions {
		in := &r.insertions[i]
		b.WriteString(r.source[from:in.source])
		in.at, from = b.Len(), in.source
		b.WriteString(in.text)
	}
	b.WriteString(r.source[from:])
	r.text = b.String()
	for i := range r.styles { // of their own memory: a link is not among them
		s := &r.styles[i]
		s.Start += r.inserted(s.Start + 1)
		s.End += r.inserted(s.End)
	}
}

// inserted is how many bytes go into the source before this place of it.
func (r *rendered) inserted(source int) int {
	i := sort.Search(len(r.insertions), func(i int) bool { return r.insertions[i].source >= source })
	if i == 0 {
		return 0
	}
	last := r.insertions[i-1]
	return last.at - last.source + len(last.text)
}

// append adds the lines of a keyboard.
func (r *rendered) append(text string) {
	r.linesAt, r.lined = len(r.text), true
	r.insertions = append(r.insertions, insertion{source: len(r.source), at: len(r.text), text: text})
	r.text += text
}

// after is what is left of the source when the first at bytes of the text are sent. What is left of an insertion that
// was begun becomes text.
func (r *rendered) after(at int) (string, []channel.Style) {
	if at == len(r.text) {
		return "", nil
	}
	insertions := r.insertions
	if r.lined && at < r.linesAt {
		insertions = insertions[:len(insertions)-1] // the keyboard is left as it is
	}
	from, begun := at, ""
	for _, in := range insertions {
		switch {
		case begun != "" && in.source == from:
			begun += in.text
		case at >= in.at+len(in.text):
			from -= len(in.text)
		case at >= in.at:
			from, begun = in.source, in.text[at-in.at:]
		}
	}
	left := 0
	for i := range r.sourceStyles {
		left += b2i(r.sourceStyles[i].End > from)
	}
	if left == 0 {
		return begun + r.source[from:], nil
	}
	styles := make([]channel.Style, 0, left)
	for _, s := range r.sourceStyles {
		if s.End <= from || r.plainLinks && cutURL(r.source, s, from) {
			continue
		}
		s.End += len(begun) - from
		if s.Start < from {
			s.Start = 0
		} else {
			s.Start += len(begun) - from
		}
		styles = append(styles, s)
	}
	if len(styles) == 0 {
		styles = nil
	}
	return begun + r.source[from:], styles
}

// cutURL reports whether a link showed its URL, and a cut at from took some of that away: what is left is mere text.
func cutURL(source string, s channel.Style, from int) bool {
	return s.Kind == channel.StyleLink && s.Start < from &&
		showsURL(source[s.Start:s.End], s.URL) && !showsURL(source[from:s.End], s.URL)
}
