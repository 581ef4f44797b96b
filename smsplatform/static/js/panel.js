// What every page needs; pages with more load their own modules beside it.
import "./theme.js";
import "./drawer.js";
import "./menus.js";
import "./dialogs.js";
import "./toasts.js";
import "./shortcuts.js";
import "./clipboard.js";
import "./upload.js";
import "./forms.js";

if (document.querySelector("[data-picker]")) import("./jalali-picker.js");
