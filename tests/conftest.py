"""What every test run is under; fixtures live beside the tests that use them."""

import hypothesis

# An example may take its time on a busy machine; what matters is whether it holds.
hypothesis.settings.register_profile("sidecar", deadline=None)
hypothesis.settings.load_profile("sidecar")

pytest_plugins = ["pytester", "tests.skip_policy"]
