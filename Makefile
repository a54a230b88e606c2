# Two commands do everything on a fresh Debian 12 with Swift 6.1 or newer: `make demo` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PREFIX ?= /usr/local
RELEASE := .build/release
# Without the cached manifest the commit that the binary names is read anew.
SWIFT_RELEASE := swift build -c release --static-swift-stdlib --disable-build-manifest-caching
DEMO := .build/demo
APT := scripts/apt-install.sh
# Many tests hold real servers, and the product's own time limits: hundreds at once starve each other on a small machine.
TESTS_AT_ONCE ?= 6
WIDTH_OPTION := --experimental-maximum-parallelization-width
# Swift before 6.3 does not have it.
WIDTH = $(shell swift test --help-hidden 2>/dev/null | grep -e $(WIDTH_OPTION) >/dev/null && echo $(WIDTH_OPTION) $(TESTS_AT_ONCE))

.DEFAULT_GOAL := help
.PHONY: help build demo test example fuzz sanitize chaos recovery bursts bench chart screenshot picture protos check-protos format lint install clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

build: ## Build the plugin and the sandbox for release, with Swift's libraries linked in
	@$(APT) openssl pkg-config zlib1g-dev libssl-dev libcurl4-openssl-dev
	$(SWIFT_RELEASE) --product teleport-mattermost
	$(SWIFT_RELEASE) --product teleport-mattermost-sandbox

demo: build ## Run the plugin against the sandbox and print the page's address; Ctrl-C stops both
	@scripts/demo.sh $(RELEASE) $(DEMO)

test: build check-protos lint ## Set up, build and run every test
	@$(APT) chromium chromium-driver binutils testssl.sh
	swift build --build-tests
	swift test $(WIDTH)

TARGET ?=
SECONDS ?= 60
FUZZ := .build/fuzz
fuzz: ## Fuzz what takes bytes from strangers: TARGET=clicks SECONDS=n, and MERGE=1 to keep what reaches new code
	FUZZ=1 swift build -c release -Xswiftc -g --sanitize address -Xcc -fsanitize=fuzzer-no-link \
		-Xcxx -fsanitize=fuzzer-no-link -Xswiftc -use-ld=lld --scratch-path $(FUZZ) --product fuzz
	MERGE=$(MERGE) scripts/fuzz.sh $(FUZZ)/release/fuzz $(SECONDS) $(TARGET)

SANITIZERS ?= address thread
# Swift's own account of a crash takes minutes with a sanitizer's memory.
sanitize: export SWIFT_BACKTRACE := enable=no
# Everything takes ten times as long, the product's own time limits aside.
sanitize: TESTS_AT_ONCE := 1
# The test process frees nothing at its end, which would count as leaks; `make fuzz` looks for leaks.
sanitize: export ASAN_OPTIONS := detect_leaks=0
sanitize: export TSAN_OPTIONS := suppressions=$(CURDIR)/scripts/thread-sanitizer.supp
sanitize: ## Run the unit tests with AddressSanitizer and with ThreadSanitizer: SANITIZERS=thread for one alone
	for sanitizer in $(SANITIZERS); do \
		swift build --build-tests --sanitize $$sanitizer --scratch-path .build/$$sanitizer; \
		swift test --skip-build --sanitize $$sanitizer --scratch-path .build/$$sanitizer --skip EndToEndTests $(WIDTH); \
	done

SEED ?= $(shell date +%s)
MINUTES ?= 2
FAULTS ?=
chaos: build ## Break everything at random: SEED=n MINUTES=m, and FAULTS=kill,authStop for some faults alone
	swift build --build-tests
	CHAOS_SEED=$(SEED) CHAOS_MINUTES=$(MINUTES) $(if $(FAULTS),CHAOS_FAULTS=$(FAULTS)) swift test --skip-build --filter ChaosTests

ROUNDS ?= 5
recovery: build ## Measure how long each fault is felt after its end: ROUNDS=n, FAULTS=…
	swift build --build-tests
	RECOVERY_ROUNDS=$(ROUNDS) $(if $(FAULTS),CHAOS_FAULTS=$(FAULTS)) swift test --skip-build --filter RecoveryTests

bursts: build ## Measure what thousands of requests at once take: PENDING=n REMOVED=n
	swift build --build-tests
	BURSTS=1 swift test --skip-build --filter BurstFigures

bench: build ## Measure the listener beside a small Go server in the same run
	@$(APT) golang-go
	Benchmarks/run.sh

chart: ## Render the Helm chart for ten value sets and validate the objects
	@$(APT) golang-go golang-github-masterminds-sprig-dev golang-gopkg-yaml.v3-dev python3-venv
	Tests/Chart/run.sh

picture: ## Draw the picture of the targets in docs/architecture.md anew
	@$(APT) jq
	scripts/architecture-picture.sh

screenshot: build ## Take the README's picture of the demo page
	@$(APT) chromium curl fonts-noto-color-emoji
	PAGE_SIZE=1280,980 scripts/demo.sh $(RELEASE) $(DEMO) scripts/screenshot.sh

EXAMPLE := config/teleport-mattermost.toml
example: ## Write config/teleport-mattermost.toml from the declarations of the settings
	swift build --product teleport-mattermost
	.build/debug/teleport-mattermost configure > $(EXAMPLE).new
	mv $(EXAMPLE).new $(EXAMPLE)

protos: ## Generate the code for Sources/TeleportAPI/Protos anew
	@$(APT) protobuf-compiler
	Sources/TeleportAPI/generate.sh

check-protos: ## Fail when the generated code is not what the protos give
	@$(APT) protobuf-compiler
	@rm -rf .build/protos
	Sources/TeleportAPI/generate.sh .build/protos
	diff -r .build/protos Sources/TeleportAPI/Generated

format: ## Format the sources as .swift-format says
	swift format --in-place --recursive --parallel Package.swift Plugins Sources Tests

lint: ## Fail on what `make format` would change
	swift format lint --strict --recursive --parallel Package.swift Plugins Sources Tests

install: ## Install what `make build` made under PREFIX (/usr/local), without its symbols
	@test -x $(RELEASE)/teleport-mattermost || { echo "Run 'make build' first." >&2; exit 1; }
	install -D -s -m 0755 $(RELEASE)/teleport-mattermost $(DESTDIR)$(PREFIX)/bin/teleport-mattermost

clean: ## Remove what was built
	rm -rf .build
