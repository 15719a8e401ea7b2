/** What the page of explanations needs beside the style sheet of reports. */
export const explanationStyle = `
.image > h2 { overflow-wrap: anywhere; }
.said { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: 1.5rem; align-items: start; }
.said img, .maps img, .absent { display: block; width: 100%; height: auto; border-radius: .3rem; outline: 1px solid var(--rule); outline-offset: -1px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.absent { display: grid; place-items: center; aspect-ratio: 1; color: var(--quiet); font-size: .8rem; }
.scores { width: 100%; max-width: 32rem; margin-top: 0; }
.scores th { white-space: normal; overflow-wrap: anywhere; font-weight: 400; }
.scores tr:first-child th { font-weight: 600; }
.bar { display: block; height: .4rem; margin-top: .2rem; background: var(--panel); border-radius: .2rem; overflow: hidden; }
.bar span { display: block; height: 100%; background: var(--series-0); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1rem; list-style: none; margin: .6rem 0; padding: 0; }
.maps li { break-inside: avoid; min-width: 0; font-size: .85rem; line-height: 1.4; }
.maps strong { display: inline-block; margin-top: .35rem; }
.maps li > span:not(.tag) { display: block; color: var(--quiet); overflow-wrap: anywhere; }
.caption-words { margin: .2rem 0 .5rem; }
.caption-words span { padding: .1rem .3rem; border-radius: .25rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.caption-words .for { background: rgb(217 119 6 / calc(.75 * var(--weight))); }
.caption-words .against { background: rgb(37 99 175 / calc(.75 * var(--weight))); }
.tag { border: 1px solid var(--rule); border-radius: .6rem; padding: 0 .4rem; font-size: .75rem; color: var(--quiet); }
@media (max-width: 40rem) { .said { grid-template-columns: minmax(0, 1fr); } .said img, .said .absent { max-width: 18rem; } .maps { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media print { .maps { grid-template-columns: repeat(4, 1fr); } .said { grid-template-columns: 10rem 1fr; break-inside: avoid; } }
`;
