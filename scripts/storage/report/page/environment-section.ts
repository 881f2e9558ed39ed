import { fingerprint } from "../../../../components/storage/results/environment";
import type { Environment } from "../../../../components/storage/results/records";
import { html, type Markup } from "../../../page/markup";

/** What a run's figures depend on. */
export function environmentSection(environment: Environment): Markup {
  const { kubernetes, kubevirt, nodes, pools, vmImage, fio } = environment;
  const row = (name: string, value: string) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
  return html`<h2 id="environment">Environment</h2>
<div class="scroll"><table><tbody>
${row("Fingerprint", fingerprint(environment))}
${row("Kubernetes", kubernetes)}
${row("KubeVirt", kubevirt)}
${nodes.map(({ count, cpu, memory, architecture, kernel, osImage }) =>
  row("Workers", `${count} × ${cpu} CPU, ${memory} memory, ${architecture}, ${osImage}, kernel ${kernel}`),
)}
${row("VM image", vmImage)}
${row("fio", `${fio.runtimeSeconds} s after ${fio.rampSeconds} s of ramp time, queue depth ${fio.iodepth}, ${fio.numjobs} processes, file of ${fio.fileSize}`)}
</tbody></table></div>
<h3>Storage classes</h3>
<div class="scroll"><table>
<thead><tr><th class="pinned">Pool</th><th>Storage class</th><th>Provisioner</th><th>Parameters</th><th>Mount options</th></tr></thead>
<tbody>${Object.entries(pools).map(
    ([pool, { storageClass, provisioner, parameters, mountOptions }]) => html`
<tr><th class="pinned name" scope="row">${pool}</th><td class="name">${storageClass}</td><td class="name">${provisioner}</td><td><pre>${Object.entries(
      parameters,
    )
      .map(([name, value]) => `${name}=${value}`)
      .join("\n")}</pre></td><td>${mountOptions.join(", ")}</td></tr>`,
  )}</tbody></table></div>`;
}
