"""What every test run is under; fixtures live beside the tests that use them."""

pytest_plugins = ["pytester", "tests.skip_policy"]
