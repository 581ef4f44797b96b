// A date and time picker for <input data-picker> (data-picker="day" for days alone): Jalali in Persian, Gregorian in English, always Tehran's clock.
// The field stays an ordinary text field: what is typed into it counts, the picker only helps.
import { calendar, dayTitle, monthTitle, read, tehranNow, weekday, weekdayName, write } from "./calendars.js";
import { digits, say } from "./words.js";

const STEP = 5;
const KEYS = { ArrowUp: -7, ArrowDown: 7 };

class Picker {
  constructor(input) {
    this.input = input;
    this.fromNow = input.dataset.pickerMin === "now";
    this.dayOnly = input.dataset.picker === "day";
    this.box = null;
    input.setAttribute("autocomplete", "off");
    input.addEventListener("click", () => this.open());
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        this.open();
        this.focusDay();
      }
    });
    input.addEventListener("input", () => this.typed());
    this.typed();
  }

  /** Tell the form (and the reader) when the field holds what cannot be meant. */
  typed() {
    const value = this.input.value.trim();
    const moment = read(value);
    let problem = "";
    if (value && !moment) problem = say("unreadable_time", { example: write(this.suggested(), this.dayOnly) });
    else if (moment && this.fromNow && this.isPast(moment)) problem = say("past");
    this.input.setCustomValidity(problem);
    if (moment) Object.assign(this, { moment });
    if (this.box && moment) this.paint(moment.day);
  }

  isPast({ day, minutes }) {
    const now = tehranNow();
    return day < now.day || (day === now.day && minutes <= now.minutes);
  }

  suggested() {
    const now = tehranNow();
    if (this.dayOnly) return { day: now.day, minutes: 0 };
    const minutes = Math.ceil((now.minutes + 30) / 30) * 30;
    return { day: now.day + Math.floor(minutes / 1440), minutes: minutes % 1440 };
  }

  open() {
    if (this.box) return;
    this.moment = read(this.input.value) ?? this.suggested();
    this.box = document.createElement("div");
    this.box.className = "picker";
    this.box.setAttribute("role", "dialog");
    this.box.setAttribute("aria-label", say("picker"));
    this.input.closest(".input-wrap, .field").append(this.box);
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.outside = (event) => {
      if (!this.box?.contains(event.target) && event.target !== this.input) this.close();
    };
    document.addEventListener("pointerdown", this.outside);
    document.addEventListener("focusin", this.outside);
    this.escape = (event) => {
      if (event.key === "Escape") this.close(true);
    };
    document.addEventListener("keydown", this.escape);
    this.paint(this.moment.day);
    this.place();
  }

  /** Above the field where there is no room below it, and in sight wherever it is. */
  place() {
    const [field, box] = [this.input.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const bar = document.querySelector(".topbar")?.getBoundingClientRect().bottom ?? 0;
    this.box.classList.toggle("is-above", box.bottom > innerHeight && field.top - box.height > bar);
    this.box.scrollIntoView({ block: "nearest" });
  }

  close(toField = false) {
    this.box?.remove();
    this.box = null;
    document.removeEventListener("pointerdown", this.outside);
    document.removeEventListener("focusin", this.outside);
    document.removeEventListener("keydown", this.escape);
    if (toField) this.input.focus();
  }

  set(moment) {
    this.moment = moment;
    this.input.value = write(moment, this.dayOnly);
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  focusDay() {
    this.box.querySelector("td button[tabindex='0']")?.focus();
  }

  paint(day) {
    const [year, month] = calendar.parts(day);
    this.shown = day;
    this.box.innerHTML = `
      <div class="picker-head">
        <button type="button" data-move="-1" aria-label="${say("previous_month")}">${chevron("right")}</button>
        <strong aria-live="polite">${monthTitle(year, month)}</strong>
        <button type="button" data-move="1" aria-label="${say("next_month")}">${chevron("left")}</button>
      </div>
      <table role="grid" aria-label="${monthTitle(year, month)}"><thead><tr>${this.weekdays()}</tr></thead><tbody>${this.weeks(year, month)}</tbody></table>
      ${this.dayOnly ? "" : this.clock()}
      <div class="picker-foot"><button type="button" class="btn btn-primary btn-sm" data-done>${say("done")}</button><button type="button" class="btn btn-sm" data-today>${say("today")}</button><button type="button" class="btn btn-sm" data-clear>${say("clear")}</button></div>`;
    for (const select of this.box.querySelectorAll("select")) {
      select.addEventListener("change", () => {
        const [hour, minute] = [...this.box.querySelectorAll("select")].map((one) => Number(one.value));
        this.set({ day: this.moment.day, minutes: hour * 60 + minute });
      });
    }
  }

  clock() {
    const [hour, minute] = [this.select("hour", 24, 1), this.select("minute", 60, STEP)];
    return `<div class="picker-time"><label>${say("hour")}${hour}</label><span aria-hidden="true">:</span><label>${say("minute")}${minute}</label></div>`;
  }

  weekdays() {
    return [...Array(7).keys()].map((place) => {
      const index = (calendar.firstWeekday + place) % 7;
      const holiday = index === calendar.holiday ? ' class="is-holiday"' : "";
      return `<th scope="col"${holiday} abbr="${weekdayName(index, "long")}">${weekdayName(index, "narrow")}</th>`;
    }).join("");
  }

  weeks(year, month) {
    const first = calendar.day(year, month, 1);
    const length = calendar.monthLength(year, month);
    const blank = (weekday(first) - calendar.firstWeekday + 7) % 7;
    const today = tehranNow().day;
    const cells = [...Array(blank).fill("<td></td>")];
    for (let day = first; day < first + length; day += 1) cells.push(this.cell(day, day - first + 1, today));
    while (cells.length % 7) cells.push("<td></td>");
    const rows = [];
    for (let start = 0; start < cells.length; start += 7) rows.push(`<tr>${cells.slice(start, start + 7).join("")}</tr>`);
    return rows.join("");
  }

  cell(day, number, today) {
    const chosen = day === this.moment.day;
    const holiday = weekday(day) === calendar.holiday ? ' class="is-holiday"' : "";
    const state = `${day === today ? ' aria-current="date"' : ""}${this.fromNow && day < today ? " disabled" : ""}`;
    return `<td${holiday} aria-selected="${chosen}"><button type="button" data-day="${day}" tabindex="${day === this.shown ? 0 : -1}" aria-label="${dayTitle(day)}"${state}>${digits(number)}</button></td>`;
  }

  select(name, count, step) {
    const value = name === "hour" ? Math.floor(this.moment.minutes / 60) : this.moment.minutes % 60;
    const values = [...Array(count / step).keys()].map((place) => place * step);
    if (!values.includes(value)) values.push(value);
    const options = values.sort((a, b) => a - b).map((one) => `<option value="${one}"${one === value ? " selected" : ""}>${digits(String(one).padStart(2, "0"))}</option>`);
    return `<select class="form-select form-select-sm" aria-label="${say(name)}">${options.join("")}</select>`;
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.day) {
      this.set({ day: Number(button.dataset.day), minutes: this.moment.minutes });
      if (this.dayOnly) this.close(true);
      else this.focusDay();
    } else if (button.dataset.move) {
      this.paint(this.sameDay(this.shown, Number(button.dataset.move)));
      this.box.querySelector(`[data-move="${button.dataset.move}"]`).focus();
    } else if ("today" in button.dataset) this.set(this.suggested());
    else if ("clear" in button.dataset) {
      this.input.value = "";
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
      this.close(true);
    } else if ("done" in button.dataset) {
      this.set(this.moment);
      this.close(true);
    }
  }

  /** The same date in another month, or that month's last. */
  sameDay(day, months) {
    const [year, month, date] = calendar.parts(day);
    const index = year * 12 + month - 1 + months;
    const [toYear, toMonth] = [Math.floor(index / 12), (index % 12) + 1];
    return calendar.day(toYear, toMonth, Math.min(date, calendar.monthLength(toYear, toMonth)));
  }

  onKey(event) {
    if (!event.target.dataset.day) return;
    const day = Number(event.target.dataset.day);
    const onward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = document.documentElement.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const place = (weekday(day) - calendar.firstWeekday + 7) % 7;
    const moves = { ...KEYS, [onward]: 1, [back]: -1, Home: -place, End: 6 - place };
    let target;
    if (event.key in moves) target = day + moves[event.key];
    else if (event.key === "PageDown" || event.key === "PageUp") target = this.sameDay(day, event.key === "PageDown" ? 1 : -1);
    else return;
    event.preventDefault();
    this.paint(this.fromNow ? Math.max(target, tehranNow().day) : target);
    this.focusDay();
  }
}

// "Previous" points to the start of the line: right in Persian, left in English.
function chevron(persianSide) {
  const sprite = document.querySelector("svg.i use").getAttribute("href").split("#")[0];
  const side = document.documentElement.dir === "rtl" ? persianSide : persianSide === "right" ? "left" : "right";
  return `<svg class="i" aria-hidden="true"><use href="${sprite}#i-chevron-${side}"/></svg>`;
}

for (const input of document.querySelectorAll("[data-picker]")) new Picker(input);
