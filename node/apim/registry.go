package apim

import (
	"net/http"
	"strings"
)

// The parts of the registry that can be mounted from a shared database. Other
// paths are of the first one.
const (
	governancePath = "_system/governance/"
	configPath     = "_system/config/"
)

// mounted reports whether an entry is in the shared database, by its path
// behind /registry/. What is not mounted is in the instance's own.
func (m *Manager) mounted(path string) bool {
	if strings.HasPrefix(path, configPath) {
		return m.cfg.Config
	}
	return m.cfg.Governance
}

// entry is the key of the entry that a request is about.
func (v *visit) entry() string {
	if strings.HasPrefix(v.rest, configPath) {
		return v.rest
	}
	return governancePath + strings.TrimPrefix(v.rest, governancePath)
}

// readEntry answers with the text of an entry.
func (v *visit) readEntry() (Response, error) {
	text, known, err := v.Get(tableRegistry, v.entry())
	switch {
	case err != nil:
		return Response{}, err
	case !known:
		return refuse(http.StatusNotFound, "entry: unknown"), nil
	}
	return Response{Status: http.StatusOK, Body: text}, nil
}

// writeEntry replaces an entry.
func (v *visit) writeEntry() (Response, error) {
	return v.written(v.Put(tableRegistry, v.entry(), v.Body))
}

// appendEntry appends a word to an entry.
func (v *visit) appendEntry() (Response, error) {
	return v.written(v.Append(tableRegistry, v.entry(), strings.TrimSpace(v.Body)))
}

func (v *visit) written(err error) (Response, error) {
	if err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: "written\n", Changes: []Change{{Written, v.entry()}}}, nil
}
