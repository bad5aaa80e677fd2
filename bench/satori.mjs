// The photo card of media/cards, 1200×630, by satori and resvg; run by bench/cards.py.
import { readFileSync } from "node:fs";
import satori from "satori";
import { Resvg } from "@resvg/resvg-js";

const seconds = Number(process.argv[2]);
const fonts = [800, 900].map((weight) => ({
  name: "Schibsted",
  weight,
  data: readFileSync(
    `node_modules/@fontsource/schibsted-grotesk/files/schibsted-grotesk-latin-${weight}-normal.woff`,
  ),
}));
const box = (style, children) => ({ type: "div", props: { style: { display: "flex", position: "absolute", ...style }, children } });
const plus = (x) =>
  `M${x + 11.33} 0h11.33v11.33h11.33v11.33h-11.33v11.33h-11.33v-11.33h-11.33v-11.33h11.33z`;

const layout = (photo, title) =>
  box({ position: "relative", width: 1200, height: 630, background: "#17150f", fontFamily: "Schibsted" }, [
    { type: "img", props: { src: photo, width: 800, height: 630, style: { position: "absolute", left: 400, top: 0, objectFit: "cover" } } },
    box({ left: 400, top: 0, width: 800, height: 630, backgroundImage: "linear-gradient(to right, rgba(23,21,15,1) 0px, rgba(23,21,15,.55) 140px, rgba(23,21,15,0) 320px)" }, []),
    box({ left: 64, top: 56, height: 60, padding: "0 18px", alignItems: "center", background: "#ffd21f", color: "#17150f", fontSize: 30, fontWeight: 800 }, "#DonoDay2026"),
    box({ left: 64, top: 196, width: 440, color: "#fff", fontSize: 76, lineHeight: 1, fontWeight: 900, letterSpacing: "-0.035em" }, title),
    { type: "svg", props: { width: 130, height: 34, viewBox: "0 0 130 34", style: { position: "absolute", left: 64, top: 540 }, children: [{ type: "path", props: { fill: "#ffd21f", d: plus(0) + plus(42.5) + plus(85) } }] } },
  ]);

let number = 0;
async function rate(file) {
  const photo = `data:image/jpeg;base64,${readFileSync(file).toString("base64")}`;
  const card = async () => {
    const svg = await satori(layout(photo, `Sei metri di muro, ${number++} ore, una polenta`), { width: 1200, height: 630, fonts });
    return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng();
  };
  await card();
  const begun = process.cpuUsage();
  let count = 0;
  let spent = 0;
  while (spent < seconds) {
    await card();
    count++;
    const used = process.cpuUsage(begun);
    spent = (used.user + used.system) / 1e6;
  }
  return count / spent;
}

console.log(JSON.stringify({ cold: await rate("whole.jpg"), seen: await rate("small.jpg") }));
