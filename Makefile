# cablepull: `make run` shows it, `make test` is what CI runs.

T     ?= 30s
BENCH ?= .

# Without a checkout that git trusts (a tarball, or a folder of another owner in
# a container) Go cannot stamp the version into the program.
STAMP := $(shell git rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)

# No C compiler is needed, and the same program comes out whether there is one.
export CGO_ENABLED := 0

.PHONY: help run build realclient release test netns race bench profile fuzz golden lint clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: build ## run the library of incidents: a table with verdict and figures
	@bin/cablepull run --all

build: ## bin/cablepull
	@go build $(STAMP) -o bin/cablepull ./cmd/cablepull

realclient: ## bin/cablepull-realclient: real drivers of databases and brokers, for incidents tagged real
	@go build -C cmd/realclient $(STAMP) -o ../../bin/cablepull-realclient .

release: ## dist: an archive per platform, image, notes and checksums; VERSION=v0.1.0 overrides git describe
	@go run $(STAMP) ./cmd/release $(if $(VERSION),-version '$(VERSION)')

test: ## everything CI runs: format, vet, staticcheck, tidy, tests, scenarios in both worlds, fuzz
	@.ci/test

netns: realclient ## every incident in real time, next to virtual time; takes 35 minutes
	PATH="$$PWD/bin:$$PATH" go test -v -timeout 40m ./scenarios/spec -ginkgo.v -ginkgo.label-filter=netns

race: ## all tests under the race detector, which needs cgo and so a C compiler
	CGO_ENABLED=1 go test -race -pgo=off -timeout 30m ./...

bench: ## benchmarks, then the table of bars and yardsticks (bench/README.md); BENCH=regexp picks benchmarks
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 30m ./...
	go run ./bench/compare

profile: ## record the profile by which Go builds cablepull, 6 % faster; needs a quiet minute
	GOMAXPROCS=1 go test -pgo=off -run '^$$' -bench 'Exchange|CablePull' -benchtime 8s -o /dev/null \
		-cpuprofile cmd/cablepull/default.pgo ./bench

fuzz: ## every fuzz target for T each (T=30s), and a million histories of schedulers and groups
	@.ci/fuzz $(T)
	go test -run '^TestSchedulerHistories$$' ./node/selfbalance -rapid.checks=1000000
	go test -run '^TestHistories$$' ./node/lbgroup -rapid.checks=1000000

# A package has golden files if its tests have the flag, of their own or of the
# library for golden scripts.
REWRITES := flag\.Bool\("rewrite"|^[[:space:]]+"github.com/cockroachdb/datadriven"

golden: ## rewrite the golden files and show what changed
	go test $$(grep -rlE --include='*_test.go' '$(REWRITES)' . | xargs -n 1 dirname | sort -u) -rewrite; \
	status=$$?; git diff --stat; exit $$status

lint: ## format, vet, staticcheck, tidy; golangci-lint where installed
	@.ci/test lint

clean: ## remove build results
	rm -rf bin runs dist
