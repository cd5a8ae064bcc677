package apim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// askLogin shows the page where one logs in.
func (v *visit) askLogin() (Response, error) { return page("log in to " + v.part) }

// listAPIs shows the names of all APIs of the database.
func (v *visit) listAPIs() (Response, error) {
	list, _, err := v.Get(tableAPIs, allKeys)
	if err != nil {
		return Response{}, err
	}
	return page(list)
}

// showAPI shows one API.
func (v *visit) showAPI() (Response, error) {
	text, known, err := v.Get(tableAPIs, v.rest)
	switch {
	case err != nil:
		return Response{}, err
	case !known:
		return refuse(http.StatusNotFound, "API: unknown"), nil
	}
	return page(text)
}

// publish writes an API to the database and deploys it to one gateway. The
// transaction stays open while the gateway is asked, and is not committed if
// that fails.
func (v *visit) publish() (Response, error) {
	text := fmt.Sprintf("%s by %s of %s at %v", v.rest, v.manager.cfg.Name, v.user, v.now)
	if err := v.Put(tableAPIs, v.rest, text); err != nil {
		return Response{}, err
	}
	if err := add(v, tableAPIs, allKeys, v.rest); err != nil {
		return Response{}, err
	}
	if err := v.Deploy(v.rest, text); err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: "published\n", Changes: []Change{{Published, v.rest}}}, nil
}

// deploy takes an artifact from a publisher.
func (v *visit) deploy() (Response, error) {
	if err := v.Store(v.rest, v.Body); err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: "deployed\n", Changes: []Change{{Deployed, v.rest}}}, nil
}

// subscribe subscribes the user to an API of the database.
func (v *visit) subscribe() (Response, error) {
	if _, known, err := v.Get(tableAPIs, v.rest); err != nil {
		return Response{}, err
	} else if !known {
		return refuse(http.StatusNotFound, "API: unknown"), nil
	}
	if err := add(v, tableSubscriptions, v.user, v.rest); err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: "subscribed\n", Changes: []Change{{Subscribed, v.user + "/" + v.rest}}}, nil
}

func (v *visit) listSubscriptions() (Response, error) {
	list, _, err := v.Get(tableSubscriptions, v.user)
	if err != nil {
		return Response{}, err
	}
	return page(list)
}

// issueToken issues an access token to the user.
func (v *visit) issueToken() (Response, error) {
	token := v.manager.next("token")
	expires := v.now + v.manager.cfg.TokenLife
	if err := v.Put(tableTokens, token, v.user+" "+strconv.FormatInt(int64(expires), 10)); err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: token + "\n", Changes: []Change{{Issued, v.user}}}, nil
}

func (v *visit) showSessions() (Response, error) {
	return page(strconv.Itoa(len(v.manager.sessions)) + " sessions")
}

func (v *visit) listUsers() (Response, error) {
	list, _, err := v.Get(tableUsers, allKeys)
	if err != nil {
		return Response{}, err
	}
	return page(list)
}

func (v *visit) addUser() (Response, error) {
	if err := addUser(v, v.rest); err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, Body: "added\n", Changes: []Change{{Added, v.rest}}}, nil
}

func addUser(t Transaction, name string) error {
	if err := t.Put(tableUsers, name, "user"); err != nil {
		return err
	}
	return add(t, tableUsers, allKeys, name)
}

// call serves an API: it must be deployed on this machine, the token must be
// good, and its user subscribed.
func (v *visit) call() (Response, error) {
	api, _, _ := strings.Cut(v.rest, "/")
	artifact, deployed := v.Artifact(api)
	switch {
	case !deployed:
		return refuse(http.StatusNotFound, NotDeployed), nil
	case v.Token == "":
		return refuse(http.StatusUnauthorized, "token: none"), nil
	}
	if wrong := v.manager.signed(v.Token); wrong != "" {
		return refuse(http.StatusUnauthorized, "token: "+wrong), nil
	}
	if v.manager.cached(v.now, v.Token, v.rest) {
		return page(artifact)
	}
	value, known, err := v.Get(tableTokens, v.Token)
	if err != nil {
		return Response{}, err
	}
	user, text, _ := strings.Cut(value, " ")
	expires, _ := strconv.ParseInt(text, 10, 64) // of a token that there is
	switch {
	case !known || value == revoked:
		return refuse(http.StatusUnauthorized, UnknownToken), nil
	case v.now >= time.Duration(expires):
		return refuse(http.StatusUnauthorized, "token: expired"), nil
	}
	list, _, err := v.Get(tableSubscriptions, user)
	if err != nil {
		return Response{}, err
	}
	for _, subscribed := range words(list) {
		if subscribed == api {
			v.manager.remember(v.now, v.Token, api, time.Duration(expires))
			return page(artifact)
		}
	}
	return refuse(http.StatusForbidden, NotSubscribed), nil
}

// Reasons why the gateway refuses a call.
const (
	NotDeployed   = "API: not deployed"
	UnknownToken  = "token: unknown"
	NotSubscribed = "API: not subscribed"
)
