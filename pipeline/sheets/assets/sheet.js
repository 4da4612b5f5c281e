"use strict";
// Show one language at a time, Chinese first; print.
const show = (language) => { document.documentElement.lang = language; };
document.getElementById("language").addEventListener("click", () => show(document.documentElement.lang === "en" ? "zh-CN" : "en"));
document.getElementById("print").addEventListener("click", () => print());
if (location.hash === "#en") show("en");
