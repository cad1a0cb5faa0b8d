# The front door. Each target calls tox or one program in tools/; tox makes the environments they run in.
PYTHON ?= python3
TOX := .venv/bin/tox

.DEFAULT_GOAL := help
.PHONY: help demo up down image deploy-local test docs proof clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(TOX) ## the service under real traffic, an embedded AWS, alerts; DEMO_SECONDS=20 stops by itself
	@echo "make demo: setting up its environment (the first time half a minute) …"
	@$(TOX) run -qq -e demo -- --set-up
	@exec .tox/demo/bin/python -m tools.demo

up: $(TOX) ## the compose stack: service, Prometheus, Alertmanager, Grafana; waits until healthy, prints the URLs
	@$(TOX) run -qq -e compose
	@.tox/compose/bin/python -m tools.compose up

down: $(TOX) ## remove what `make up` made: containers, networks, volumes, images
	@$(TOX) run -qq -e compose
	@.tox/compose/bin/python -m tools.compose down

image: $(TOX) ## the service's image alone
	@$(TOX) run -qq -e compose
	@.tox/compose/bin/python -m tools.compose image

deploy-local: $(TOX) ## terraform apply and cdk deploy of dev on an embedded AWS, checked, updated, taken down
	@$(TOX) run -qq -e deploy

test: $(TOX) ## set up what the tests need, then run every tox environment
	@$(PYTHON) -m tools.setup_system
	@$(TOX) run

docs: $(TOX) ## the API reference of the library, in .run/api
	@$(TOX) run -qq -e docs
	@echo "open .run/api/logging_system.html"

proof: $(TOX) ## every long proof in full, with a table of figures at the end
	@$(PYTHON) -m tools.setup_system
	@FULL_PROOF=1 $(TOX) run -e resilience,monitoring,mutation

clean: ## remove what make and tox have made
	rm -rf .venv .tox .run .mypy_cache .ruff_cache .pytest_cache

$(TOX): requirements/tox.txt
	@$(PYTHON) tools/make_venv.py .venv requirements/tox.txt
	@touch $(TOX)
