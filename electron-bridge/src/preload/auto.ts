/** The ready preload, for `webPreferences.preload`: gives every page of the window `window.pythonServer`. */
import { exposePythonServer } from "./index.js";

exposePythonServer();
