package telegramtest

import (
	"encoding/json"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxParameterBytes = 1 << 20 // all non-file parameters of one request together
	maxFormBytes      = 8 << 20 // enough for as much, escaped
	maxFiles          = 50
)

// params are the parameters of one request, whatever encoding they came in. Nested values are JSON text.
type params struct {
	values map[string]string
	files  map[string]upload
}

// readParams gathers the parameters of the query and of the body. A name given twice keeps its first value. An error
// of the body itself is the body's to tell: what has come until then is read.
func (s *Server) readParams(query url.Values, contentType string, body io.Reader) (params, *apiError) {
	p := params{values: map[string]string{}, files: map[string]upload{}}
	p.addForm(query)
	kind, options, _ := mime.ParseMediaType(contentType)
	switch kind {
	case "application/json":
		p.addJSON(body)
	case "application/x-www-form-urlencoded":
		// The broken part of a form is lost, the rest is kept.
		text, _ := io.ReadAll(body)
		form, _ := url.ParseQuery(string(text))
		p.addForm(form)
	case "multipart/form-data":
		if err := p.addMultipart(body, options["boundary"], s.takeUpload); err != nil {
			return p, err
		}
	}
	return p, p.check()
}

func (p params) add(name, value string) {
	if _, taken := p.values[name]; !taken {
		p.values[name] = value
	}
}

func (p params) addForm(form url.Values) {
	for name, values := range form {
		p.add(name, values[0])
	}
}

// addJSON reads a JSON object up to the point where it breaks: Telegram does not report a broken body, the
// parameters from there on are merely missing. A value that is no string is kept as its JSON text, null as well.
func (p params) addJSON(body io.Reader) {
	dec := json.NewDecoder(body)
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return
		}
		key, isName := name.(string)
		var value json.RawMessage
		if !isName || dec.Decode(&value) != nil {
			return
		}
		var text string
		if value[0] != '"' || json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		p.add(key, text)
	}
}

func (p params) check() *apiError {
	total := 0
	for name, value := range p.values {
		total += len(name) + len(value)
		if !utf8.ValidString(value) {
			return badRequest("strings must be encoded in UTF-8")
		}
	}
	if total > maxParameterBytes || len(p.files) > maxFiles {
		return errTooLarge
	}
	return nil
}

func (p params) str(name string) string { return p.values[name] }

func (p params) has(name string) bool { return p.values[name] != "" }

func (p params) flag(name string) bool {
	switch strings.ToLower(p.values[name]) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// number is the integer in a parameter, forced into [low, high] as Telegram does; what is no number counts as 0.
func (p params) number(name string, missing, low, high int64) int64 {
	if !p.has(name) {
		return missing
	}
	n, err := strconv.ParseInt(p.values[name], 10, 64)
	if err != nil {
		n = 0
	}
	return min(max(n, low), high)
}
