// One file for the runner, so that the program is loaded and each environment rendered once for all rules.
import "./rendered";
import "./structure";
import "./pods";
import "./access";
import "./network";
import "./notebooks";
